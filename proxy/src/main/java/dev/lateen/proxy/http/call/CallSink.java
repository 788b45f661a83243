package dev.lateen.proxy.http.call;

import dev.lateen.proxy.http.codec.ClientStream;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.ResponseHead;
import io.netty.buffer.ByteBuf;

/**
 * What a call does with its stream and its answer. The last thing it hears is one of: a head or data with {@code end}, trailers, a failure, or that it was cancelled; or
 * nothing more after it has {@link HostCall#abandon abandoned} the call itself.
 */
interface CallSink {
    /** Here is the stream: the request is sent by it. */
    void onOpen(ClientStream stream);

    /** @param end whether there is no body */
    void onHead(HostCall call, ResponseHead head, boolean end);

    /** @param data owned by the callee, may be empty */
    void onData(HostCall call, ByteBuf data, boolean end);

    /** The answer ends with these. */
    void onTrailers(HeaderMap trailers);

    /** The request may be written on. */
    void onWritable();

    /** There is no answer; what is held is to be let go. */
    void onFailure(CallFailure failure);

    /** Nobody waits any more; what is held is to be let go. */
    void onCancelled();
}
