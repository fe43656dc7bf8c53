import { render } from 'preact';
import { App } from './app.js';
import { Closed } from './closed.js';
import { Store, StoreContext } from './state/store.js';
import { takeToken } from './state/token.js';
import './style/base.css';
import './style/frame.css';
import './style/parts.css';
import './style/map.css';
import './style/editors.css';

const root = document.getElementById('page');
if (root === null) throw new Error('the page has no place to be drawn');
const token = takeToken();
if (token === undefined) render(<Closed />, root);
else {
  const store = new Store(token);
  render(
    <StoreContext.Provider value={store}>
      <App />
    </StoreContext.Provider>,
    root,
  );
  void store.run();
}
