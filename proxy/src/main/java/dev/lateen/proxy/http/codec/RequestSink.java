package dev.lateen.proxy.http.codec;

/** Takes a request's body, and what becomes of its stream. Must bear calls after it has ended the stream. */
public interface RequestSink extends BodySink {
    /** The client is gone or has given this request up; nothing follows. */
    void onReset(StreamReset reason);

    /** The response may be written on, after {@link ServerStream#isWritable()} was false. */
    void onWritable();
}
