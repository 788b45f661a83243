/** What decisions tell of themselves when they are asked why: what was looked at, whose it is, and whether it held. */
@NullMarked
package dev.lateen.proxy.reason;

import org.jspecify.annotations.NullMarked;
