export { type Handed, type Reaction, ToldComponent } from './told-component.js';
