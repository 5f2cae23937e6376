"""Who may see the picture: the Basic (RFC 7617) and Digest (RFC 7616, RFC 2069) schemes of HTTP."""

import base64
import hashlib
import hmac
import re
import secrets

REALM = 'test camera'


class Guard:
    """Checks one user; `scheme` is basic, digest (MD5), digest-sha256 or digest-2069 (MD5 without qop)."""

    def __init__(self, scheme, user, password):
        self.scheme = scheme
        self.user = user
        self.password = password
        self.nonce = secrets.token_hex(16)
        self.stale = set()

    def renew(self):
        self.stale.add(self.nonce)
        self.nonce = secrets.token_hex(16)

    def challenge(self):
        if self.scheme == 'basic':
            return f'Basic realm="{REALM}", charset="UTF-8"'
        algorithm = 'SHA-256' if self.scheme == 'digest-sha256' else 'MD5'
        qop = '' if self.scheme == 'digest-2069' else ', qop="auth", opaque="0123abcd"'
        stale = ', stale=true' if self.stale else ''
        return f'Digest realm="{REALM}", nonce="{self.nonce}", algorithm={algorithm}{qop}{stale}'

    def admits(self, method, uri, header):
        scheme, _, rest = (header or '').partition(' ')
        if self.scheme == 'basic':
            wanted = base64.b64encode(f'{self.user}:{self.password}'.encode()).decode()
            return scheme.lower() == 'basic' and hmac.compare_digest(rest.strip(), wanted)
        return scheme.lower() == 'digest' and self.admits_digest(method, uri, fields(rest))

    def admits_digest(self, method, uri, given):
        if (given.get('username'), given.get('realm'), given.get('uri'), given.get('nonce')) != (
                self.user, REALM, uri, self.nonce):
            return False
        secret = self.hash(f'{self.user}:{REALM}:{self.password}')
        what = self.hash(f'{method}:{uri}')
        if self.scheme == 'digest-2069':
            wanted = self.hash(f'{secret}:{self.nonce}:{what}')
        else:
            if given.get('qop') != 'auth' or given.get('opaque') != '0123abcd':
                return False
            wanted = self.hash(f'{secret}:{self.nonce}:{given.get("nc")}:{given.get("cnonce")}:auth:{what}')
        return hmac.compare_digest(given.get('response', ''), wanted)

    def hash(self, text):
        algorithm = 'sha256' if self.scheme == 'digest-sha256' else 'md5'
        return hashlib.new(algorithm, text.encode()).hexdigest()


def fields(text):
    """The parameters of an Authorization header, quoted or not."""
    found = re.findall(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))', text)
    return {name.lower(): re.sub(r'\\(.)', r'\1', quoted) or bare for name, quoted, bare in found}
