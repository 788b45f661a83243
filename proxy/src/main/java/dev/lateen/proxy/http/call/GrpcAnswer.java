package dev.lateen.proxy.http.call;

import dev.lateen.proxy.message.HeaderMap;
import io.netty.buffer.ByteBuf;

/**
 * The one message of a call that ended with status OK.
 *
 * @param message on the heap: it need not be released, and may be kept
 */
public record GrpcAnswer(ByteBuf message, HeaderMap trailers) {}
