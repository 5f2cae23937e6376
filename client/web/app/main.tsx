import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { TokenStore, takeToken } from './model/token-store.js';
import './styles/tokens.css';
import './styles/base.css';
import './styles/header.css';
import './styles/wall.css';
import './styles/stream.css';
import './styles/publishers.css';
import './styles/forms.css';
import './styles/join.css';

const tokens = new TokenStore(() => sessionStorage);
const taken = takeToken(location.href);
if (taken.token !== null) {
  tokens.set(taken.token);
  // A token must not stay where it can be read, bookmarked or sent on.
  history.replaceState(null, '', taken.address);
}

const root = document.getElementById('app');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App base={new URL('.', location.href).href} initialToken={taken.token ?? tokens.get()} tokens={tokens} />
    </StrictMode>,
  );
}
