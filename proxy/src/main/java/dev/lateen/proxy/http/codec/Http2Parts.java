package dev.lateen.proxy.http.codec;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DecoratingHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2PromisedRequestVerifier;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Netty's HTTP/2 parts put together our way: our header blocks, streams served evenly, floods of control frames bounded. */
record Http2Parts(
        Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings, Http2FrameGuard guard) {
    private static final Logger LOG = LoggerFactory.getLogger(Http2Parts.class);

    /**
     * What is added to the connection's own window of 64 KiB: the most that all its streams together can make us hold, in bytes. As wide as the
     * windows of sixteen streams, so that one that is not read does not stop the others.
     */
    static final int CONNECTION_WINDOW = 4 * 1024 * 1024;

    /**
     * The same towards a server, whose connection carries the answers for many clients: so wide that memory gets short, and the slow ones among them are
     * cut, before the others wait.
     */
    static final int UPSTREAM_WINDOW = 32 * 1024 * 1024;

    private static final int MAX_SMALL_CONTINUATIONS = 16;

    /** Envoy's {@code max_outbound_control_frames}. */
    private static final int MAX_CONTROL_FRAMES = 1000;

    /** A peer that allows a larger table would have us fill it. */
    private static final int MAX_HEADER_TABLE = 4096;

    private static final int FLUSH_QUANTUM = 16 * 1024;

    static Http2Parts of(boolean server, CodecLimits limits) {
        DefaultHttp2Connection connection = new DefaultHttp2Connection(server);
        connection
                .local()
                .flowController(new DefaultHttp2LocalFlowController(
                        connection, DefaultHttp2LocalFlowController.DEFAULT_WINDOW_UPDATE_RATIO, false));
        UniformStreamByteDistributor distributor = new UniformStreamByteDistributor(connection);
        distributor.minAllocationChunk(FLUSH_QUANTUM);
        connection.remote().flowController(new DefaultHttp2RemoteFlowController(connection, distributor));
        Http2FrameGuard reader = new Http2FrameGuard(connection, new HeadersDecoder(limits), MAX_SMALL_CONTINUATIONS);
        Http2ConnectionEncoder encoder = new ControlFrameLimit(
                new DefaultHttp2ConnectionEncoder(connection, new DefaultHttp2FrameWriter(new HeadersEncoder())),
                MAX_CONTROL_FRAMES);
        Http2ConnectionDecoder decoder = new DefaultHttp2ConnectionDecoder(
                connection, encoder, reader, Http2PromisedRequestVerifier.ALWAYS_VERIFY, true, true, false);
        Http2Settings settings =
                new Http2Settings().initialWindowSize(limits.streamWindow()).maxHeaderListSize(limits.maxHeadBytes());
        if (server) {
            settings.maxConcurrentStreams(limits.maxConcurrentStreams());
        } else {
            settings.pushEnabled(false);
        }
        return new Http2Parts(decoder, encoder, settings, reader);
    }

    private static final class HeadersEncoder extends DefaultHttp2HeadersEncoder {
        @Override
        public void maxHeaderTableSize(long max) throws Http2Exception {
            super.maxHeaderTableSize(Math.min(max, MAX_HEADER_TABLE));
        }
    }

    /** Ends a connection for what is none of HTTP/2's errors: its peer's reset is no more than an end, a fault of this process is. */
    static void close(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof Error) {
            LOG.warn("{}: closed: {}", context.channel(), cause.toString());
        } else {
            LOG.debug("{}: closed: {}", context.channel(), cause.toString());
        }
        context.close();
    }

    private static final class HeadersDecoder extends DefaultHttp2HeadersDecoder {
        /** What is added to a head on its way. */
        private static final int ADDED = 5;

        private final int maxHeaders;
        private int expected = 16;

        HeadersDecoder(CodecLimits limits) {
            super(false, limits.maxHeadBytes());
            maxHeaders = limits.maxHeaders();
        }

        @Override
        protected Http2Headers newHeaders() {
            return new Http2InboundHeaders(maxHeaders, expected);
        }

        /** The messages of one connection are much alike. */
        @Override
        public Http2Headers decodeHeaders(int streamId, ByteBuf block) throws Http2Exception {
            Http2Headers headers = super.decodeHeaders(streamId, block);
            expected = Math.min(((Http2InboundHeaders) headers).map().size() + ADDED, 64);
            return headers;
        }
    }

    /** Closes a connection whose peer makes us queue answers (acknowledgements, resets) and does not read them. */
    private static final class ControlFrameLimit extends DecoratingHttp2ConnectionEncoder {
        private final int limit;
        private int outstanding;

        ControlFrameLimit(Http2ConnectionEncoder delegate, int limit) {
            super(delegate);
            this.limit = limit;
        }

        @Override
        public ChannelFuture writeSettingsAck(ChannelHandlerContext ctx, ChannelPromise promise) {
            return super.writeSettingsAck(ctx, counted(ctx, promise));
        }

        @Override
        public ChannelFuture writePing(ChannelHandlerContext ctx, boolean ack, long data, ChannelPromise promise) {
            return super.writePing(ctx, ack, data, ack ? counted(ctx, promise) : promise);
        }

        @Override
        public ChannelFuture writeRstStream(
                ChannelHandlerContext ctx, int streamId, long errorCode, ChannelPromise promise) {
            return super.writeRstStream(ctx, streamId, errorCode, counted(ctx, promise));
        }

        @SuppressWarnings("FutureReturnValueIgnored")
        private ChannelPromise counted(ChannelHandlerContext ctx, ChannelPromise promise) {
            if (++outstanding > limit) {
                ctx.flush();
                if (outstanding > limit) {
                    ctx.close();
                }
            }
            return promise.unvoid().addListener(done -> outstanding--);
        }
    }
}
