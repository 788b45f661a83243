package dev.lateen.proxy.http.codec;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads frames and lets {@link Http2Floods} count each of them before anybody answers it, those of streams that are long gone too; refuses heads on streams
 * that their sender has ended. A server's reads frame by frame and stops before a head that its turn of the loop may not start any more.
 */
final class Http2FrameGuard extends DefaultHttp2FrameReader {
    private static final int TYPE_AT = 3;

    private final Http2Connection connection;
    private @Nullable Http2Floods floods;
    private @Nullable BooleanSupplier mayStart;
    private @Nullable Http2FrameListener listener;
    private @Nullable Counting counting;

    Http2FrameGuard(Http2Connection connection, Http2HeadersDecoder headers, int maxSmallContinuations) {
        super(headers, maxSmallContinuations);
        this.connection = connection;
    }

    /** Before the first frame. */
    void count(Http2Floods counter) {
        floods = counter;
    }

    /** Before the first frame. @param asked before each head; where it says no, the head and what follows it stay unread */
    void stopAt(BooleanSupplier asked) {
        mayStart = asked;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // which object it is, is what matters
    public void readFrame(ChannelHandlerContext ctx, ByteBuf in, Http2FrameListener to) throws Http2Exception {
        Counting guarded = counting;
        Http2Floods counter = floods;
        if (counter == null) {
            super.readFrame(ctx, in, to);
            return;
        }
        if (guarded == null || listener != to) {
            // Netty takes another listener once the preface was read.
            guarded = new Counting(to, connection, counter);
            counting = guarded;
            listener = to;
        }
        BooleanSupplier asked = mayStart;
        if (asked == null) {
            super.readFrame(ctx, in, guarded);
        } else {
            readWhole(ctx, in, guarded, asked);
        }
    }

    /** Frames that are there to their end, one by one; one that is too long is handed on at once, to be refused. */
    private void readWhole(ChannelHandlerContext ctx, ByteBuf in, Http2FrameListener to, BooleanSupplier asked)
            throws Http2Exception {
        int written = in.writerIndex();
        while (in.readableBytes() >= Http2CodecUtil.FRAME_HEADER_LENGTH) {
            int start = in.readerIndex();
            int payload = in.getUnsignedMedium(start);
            int end = start + Http2CodecUtil.FRAME_HEADER_LENGTH + payload;
            if (payload > maxFrameSize()) {
                super.readFrame(ctx, in, to);
                return;
            }
            if (end > written || in.getByte(start + TYPE_AT) == Http2FrameTypes.HEADERS && !asked.getAsBoolean()) {
                return;
            }
            in.writerIndex(end);
            try {
                super.readFrame(ctx, in, to);
            } finally {
                in.writerIndex(written);
            }
        }
    }

    private static final class Counting extends Http2FrameListenerDecorator {
        private final Http2Connection connection;
        private final Http2Floods floods;

        Counting(Http2FrameListener listener, Http2Connection connection, Http2Floods floods) {
            super(listener);
            this.connection = connection;
            this.floods = floods;
        }

        private void control(ChannelHandlerContext ctx, String what) throws Http2Exception {
            check(floods.control(ctx.executor().ticker().nanoTime()), what);
        }

        private static void check(boolean flood, String what) throws Http2Exception {
            if (flood) {
                throw Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "too many %s", what);
            }
        }

        /** Whoever has ended a stream says nothing more on it (RFC 9113 section 5.1). */
        private void checkOpen(int id) throws Http2Exception {
            Http2Stream stream = connection.stream(id);
            if (stream != null && !stream.state().remoteSideOpen()) {
                throw Http2Exception.connectionError(Http2Error.STREAM_CLOSED, "HEADERS behind END_STREAM");
            }
        }

        @Override
        public void onHeadersRead(ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean end)
                throws Http2Exception {
            checkOpen(id);
            super.onHeadersRead(ctx, id, headers, padding, end);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int id,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean end)
                throws Http2Exception {
            checkOpen(id);
            super.onHeadersRead(ctx, id, headers, dependency, weight, exclusive, padding, end);
        }

        @Override
        public int onDataRead(ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean end)
                throws Http2Exception {
            floods.received(data.readableBytes());
            return super.onDataRead(ctx, id, data, padding, end);
        }

        @Override
        public void onPriorityRead(ChannelHandlerContext ctx, int id, int dependency, short weight, boolean exclusive)
                throws Http2Exception {
            check(floods.priority(), "PRIORITY frames");
            super.onPriorityRead(ctx, id, dependency, weight, exclusive);
        }

        @Override
        public void onWindowUpdateRead(ChannelHandlerContext ctx, int id, int increment) throws Http2Exception {
            check(floods.windowUpdate(), "WINDOW_UPDATE frames");
            super.onWindowUpdateRead(ctx, id, increment);
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext ctx, int id, long error) throws Http2Exception {
            control(ctx, "RST_STREAM frames");
            super.onRstStreamRead(ctx, id, error);
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) throws Http2Exception {
            control(ctx, "SETTINGS frames");
            super.onSettingsRead(ctx, settings);
        }

        @Override
        public void onSettingsAckRead(ChannelHandlerContext ctx) throws Http2Exception {
            control(ctx, "SETTINGS frames");
            super.onSettingsAckRead(ctx);
        }

        @Override
        public void onPingRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
            control(ctx, "PING frames");
            super.onPingRead(ctx, data);
        }

        @Override
        public void onPingAckRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
            control(ctx, "PING frames");
            super.onPingAckRead(ctx, data);
        }

        @Override
        public void onGoAwayRead(ChannelHandlerContext ctx, int lastId, long error, ByteBuf debug)
                throws Http2Exception {
            control(ctx, "GOAWAY frames");
            super.onGoAwayRead(ctx, lastId, error, debug);
        }

        @Override
        public void onUnknownFrame(ChannelHandlerContext ctx, byte type, int id, Http2Flags flags, ByteBuf payload)
                throws Http2Exception {
            control(ctx, "frames of unknown types");
            super.onUnknownFrame(ctx, type, id, flags, payload);
        }
    }
}
