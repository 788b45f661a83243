/** TLS of both sides in Envoy's words: contexts, where certificates are asked for, and the secrets themselves. */
@NullMarked
package dev.lateen.istiod.translate.tls;

import org.jspecify.annotations.NullMarked;
