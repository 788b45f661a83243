package dev.lateen.proxy.http.call;

import dev.lateen.proxy.message.HeaderMap;
import io.netty.buffer.ByteBuf;

/**
 * A whole answer, whatever its status.
 *
 * @param body on the heap: it need not be released, and may be kept
 */
public record HttpAnswer(int status, HeaderMap headers, ByteBuf body) {}
