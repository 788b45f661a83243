/** HTTP/1.1 and HTTP/2 on Netty channels: bytes to heads, body parts and trailers and back, with back-pressure, for both sides. */
@NullMarked
package dev.lateen.proxy.http.codec;

import org.jspecify.annotations.NullMarked;
