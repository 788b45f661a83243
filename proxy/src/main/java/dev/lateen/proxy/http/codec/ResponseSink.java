package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.message.ResponseHead;

/** Takes a response as it comes. Must bear calls after it has ended the stream. */
public interface ResponseSink extends BodySink {
    /** A 1xx response other than 101; the final one follows. */
    void onInformational(ResponseHead head);

    /** @param end whether there is no body */
    void onHead(ResponseHead head, boolean end);

    /** The response will not be completed; nothing follows. */
    void onReset(StreamReset reason);

    /** The request may be written on, after {@link ClientStream#isWritable()} was false. */
    void onWritable();
}
