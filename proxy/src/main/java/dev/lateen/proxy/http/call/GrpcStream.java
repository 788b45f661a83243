package dev.lateen.proxy.http.call;

import io.netty.buffer.ByteBuf;

/** Our side of a gRPC stream, from before there is a connection to its end. Used on its event loop only. */
public interface GrpcStream extends Pending {
    /**
     * Sends a message, or keeps it until there is a connection.
     *
     * @param message without its prefix; ownership passes, also when it is refused
     * @return false when it was refused: the stream is over or was ended, or there is no room now, which {@link GrpcListener#onWritable} tells the end of
     */
    boolean send(ByteBuf message);

    /** No message follows ours; the server's may still come. */
    void end();

    /** Reads no more until {@link #resumeReading}; what is on its way, a window at most, is still told. */
    void pauseReading();

    /** Reads on. */
    void resumeReading();
}
