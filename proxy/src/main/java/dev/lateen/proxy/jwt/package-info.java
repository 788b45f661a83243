/**
 * JSON Web Tokens: whether a request has those that are required of it, and what is to become of them. Pure: a head, keys and the time in, a {@link dev.lateen.proxy.jwt.JwtDecision} out.
 *
 * <p>It is first loaded when a configuration has such a rule, and the JOSE library with it; that does the cryptography, while what a token is, which of a set's keys may have signed it and what its claims must be is said here.
 */
@NullMarked
package dev.lateen.proxy.jwt;

import org.jspecify.annotations.NullMarked;
