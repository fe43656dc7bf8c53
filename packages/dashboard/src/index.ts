export {
  type Dashboard,
  type DashboardDevelopment,
  type DashboardOptions,
  serveDashboard,
} from './server/serve-dashboard.js';
