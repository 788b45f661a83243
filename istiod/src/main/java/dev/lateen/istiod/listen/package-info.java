/** Where istiod listens: its addresses, its server certificate, and the end of connections whose peers are gone without a word. */
@NullMarked
package dev.lateen.istiod.listen;

import org.jspecify.annotations.NullMarked;
