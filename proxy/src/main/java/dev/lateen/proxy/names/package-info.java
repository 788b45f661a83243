/** Decides what a DNS question is answered with from the name table, or that it is another server's. */
@NullMarked
package dev.lateen.proxy.names;

import org.jspecify.annotations.NullMarked;
