package dev.lateen.proxy.http;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Frame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** HTTP/2 clients and servers that are told each frame to send. */
final class FramePeer implements AutoCloseable {
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final AtomicInteger serverClosed = new AtomicInteger();

    /** One stream, at either end. */
    static final class Stream extends ChannelInboundHandlerAdapter {
        private final @Nullable Consumer<Stream> onFrame;
        private volatile Channel channel;
        private volatile @Nullable Http2Headers head;
        private volatile @Nullable Http2Headers trailers;
        private volatile long reset = -1;
        private volatile boolean ended;

        Stream(@Nullable Consumer<Stream> onFrame) {
            this.onFrame = onFrame;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            channel = ctx.channel();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object frame) {
            switch (frame) {
                case Http2HeadersFrame headers -> {
                    if (head == null) {
                        head = headers.headers();
                    } else {
                        trailers = headers.headers();
                    }
                    ended |= headers.isEndStream();
                }
                case Http2DataFrame data -> ended |= data.isEndStream();
                default -> {}
            }
            ReferenceCountUtil.release(frame);
            if (onFrame != null) {
                onFrame.accept(this);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof Http2ResetFrame frame) {
                reset = frame.errorCode();
            }
        }

        void send(Http2Frame frame) {
            channel.writeAndFlush(frame);
        }

        void sendOnConnection(Http2Frame frame) {
            channel.parent().writeAndFlush(frame);
        }

        boolean ended() {
            return ended;
        }

        long reset() {
            return reset;
        }

        String header(String name) {
            Http2Headers received = head;
            return received == null ? "" : String.valueOf(received.get(name));
        }

        String trailer(String name) {
            Http2Headers received = trailers;
            return received == null ? "" : String.valueOf(received.get(name));
        }

        void untilOver() {
            Awaitility.await().until(() -> ended || reset >= 0);
        }
    }

    /** A client's connection. */
    static final class Connection {
        private final Channel channel;
        private final GoAways goAways;

        Connection(Channel channel, GoAways goAways) {
            this.channel = channel;
            this.goAways = goAways;
        }

        Stream open() throws Exception {
            Stream stream = new Stream(null);
            new Http2StreamChannelBootstrap(channel).handler(stream).open().sync();
            return stream;
        }

        int goAways() {
            return goAways.count.get();
        }

        boolean closed() {
            return !channel.isActive();
        }
    }

    static final class GoAways extends ChannelInboundHandlerAdapter {
        final AtomicInteger count = new AtomicInteger();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object frame) {
            if (frame instanceof Http2GoAwayFrame) {
                count.incrementAndGet();
            }
            ReferenceCountUtil.release(frame);
        }
    }

    /** @return the port */
    int serve(Consumer<Stream> onFrame) throws Exception {
        Channel bound = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new Server(onFrame))
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        return ((InetSocketAddress) bound.localAddress()).getPort();
    }

    @Sharable
    private final class Server extends ChannelInitializer<Channel> {
        private final Consumer<Stream> onFrame;

        Server(Consumer<Stream> onFrame) {
            this.onFrame = onFrame;
        }

        @Override
        protected void initChannel(Channel channel) {
            channel.closeFuture().addListener(closed -> serverClosed.incrementAndGet());
            channel.pipeline()
                    .addLast(
                            Http2FrameCodecBuilder.forServer()
                                    .encoderEnforceMaxRstFramesPerWindow(0, 0)
                                    .build(),
                            new Http2MultiplexHandler(new ChannelInitializer<>() {
                                @Override
                                protected void initChannel(Channel stream) {
                                    stream.pipeline().addLast(new Stream(onFrame));
                                }
                            }));
        }
    }

    int serverConnectionsClosed() {
        return serverClosed.get();
    }

    Connection connect(int port) throws Exception {
        GoAways goAways = new GoAways();
        Channel channel = new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel made) {
                        made.pipeline()
                                .addLast(
                                        Http2FrameCodecBuilder.forClient()
                                                .validateHeaders(false)
                                                .build(),
                                        new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()),
                                        goAways);
                    }
                })
                .connect(InetAddress.getLoopbackAddress(), port)
                .sync()
                .channel();
        return new Connection(channel, goAways);
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
