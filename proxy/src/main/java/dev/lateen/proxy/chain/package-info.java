/** Which listener and which filter chain a connection meets in one configuration, decided without a socket. */
@NullMarked
package dev.lateen.proxy.chain;

import org.jspecify.annotations.NullMarked;
