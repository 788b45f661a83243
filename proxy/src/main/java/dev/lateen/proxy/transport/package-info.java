/** Event loops, sockets and connections to upstream hosts: with {@code tls} and {@code listener} the only home of Netty channels and Vert.x internals. */
@NullMarked
package dev.lateen.proxy.transport;

import org.jspecify.annotations.NullMarked;
