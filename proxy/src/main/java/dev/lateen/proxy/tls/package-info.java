/** TLS contexts made from the current secrets, and the check of what a peer shows. */
@NullMarked
package dev.lateen.proxy.tls;

import org.jspecify.annotations.NullMarked;
