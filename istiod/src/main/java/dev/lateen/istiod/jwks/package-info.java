/** Fetches the keys of issuers of tokens, by their address or OpenID Connect Discovery, and offers them as objects of the mesh's configuration. */
@NullMarked
package dev.lateen.istiod.jwks;

import org.jspecify.annotations.NullMarked;
