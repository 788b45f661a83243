package dev.lateen.proxy.dns;

import dev.lateen.proxy.transport.EventLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One question to one server, on a socket of its own: its port and its id are by chance, and it hears nobody but that server. Lives on one event loop. It ends once, by an answer, by
 * a failure or by the time that it has.
 */
final class Exchange {
    private static final int LONGEST = 0xFFFF;
    private static final int LENGTH = 2;

    private final ByteBuf query;
    private final DnsQuestion question;
    private final int id;
    private final Ended ended;
    private final Channel channel;
    private boolean over;

    /** How an exchange ended. */
    interface Ended {
        /** @param answer without its id being the asker's; the receiver's to release. Null if there is none, for a reason in words */
        void with(@Nullable ByteBuf answer, String failure);
    }

    private Exchange(Way way, ByteBuf query, DnsQuestion question, int id, Ended ended) {
        this.query = query;
        this.question = question;
        this.id = id;
        this.ended = ended;
        this.channel = way.open(this);
    }

    /**
     * By which questions go.
     *
     * @param room how many bytes an answer may have in a datagram
     */
    record Way(EventLoops loops, EventLoop loop, ChannelGroup open, boolean tcp, int room) {
        private Channel open(Exchange exchange) {
            Bootstrap bootstrap =
                    new Bootstrap().group(loop).disableResolver().option(ChannelOption.ALLOCATOR, loops.allocator());
            if (tcp) {
                bootstrap.channelFactory(loops.channels()).option(ChannelOption.TCP_NODELAY, true);
            } else {
                // One byte more than may come shows what is too long.
                bootstrap
                        .channel(loops.datagrams())
                        .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(room + 1));
            }
            bootstrap.handler(new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel made) {
                    if (tcp) {
                        made.pipeline()
                                .addLast(new LengthFieldBasedFrameDecoder(LONGEST + LENGTH, 0, LENGTH, 0, LENGTH));
                    }
                    made.pipeline().addLast(exchange.handler());
                }
            });
            ChannelFuture registered = bootstrap.register();
            if (registered.cause() != null) {
                throw new IllegalStateException(String.valueOf(registered.cause()));
            }
            open.add(registered.channel());
            return registered.channel();
        }
    }

    /**
     * Asks. On the way's loop.
     *
     * @param query the message, which must stay until the end
     * @param id what the server is to repeat
     */
    static void ask(
            Way way, InetSocketAddress server, long nanos, ByteBuf query, DnsQuestion question, int id, Ended ended) {
        Exchange exchange;
        try {
            exchange = new Exchange(way, query, question, id, ended);
        } catch (RuntimeException e) {
            // No socket: file descriptors are used up.
            ended.with(null, "no socket: " + e.getMessage());
            return;
        }
        exchange.begin(way, server, nanos);
    }

    private void begin(Way way, InetSocketAddress server, long nanos) {
        var timer = way.loop().schedule(() -> end(null, "no answer in time"), nanos, TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(_ -> {
            timer.cancel(false);
            end(null, "closed");
        });
        channel.connect(server).addListener((ChannelFuture connected) -> {
            if (connected.isSuccess() && !over) {
                send(way);
            } else {
                end(null, String.valueOf(connected.cause()));
            }
        });
    }

    private void send(Way way) {
        ByteBuf message = way.loops().allocator().buffer(LENGTH + query.readableBytes());
        if (way.tcp()) {
            message.writeShort(query.readableBytes());
        }
        int start = message.writerIndex();
        message.writeBytes(query, query.readerIndex(), query.readableBytes()).setShort(start, id);
        channel.writeAndFlush(message).addListener((ChannelFuture written) -> {
            if (!written.isSuccess()) {
                end(null, String.valueOf(written.cause()));
            }
        });
    }

    private SimpleChannelInboundHandler<Object> handler() {
        return new SimpleChannelInboundHandler<>() {
            @Override
            protected void channelRead0(ChannelHandlerContext context, Object message) {
                ByteBuf answer = message instanceof DatagramPacket packet ? packet.content() : (ByteBuf) message;
                if (!over && isAnswer(answer)) {
                    end(answer.retain(), "");
                }
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                end(null, String.valueOf(cause));
            }
        };
    }

    /** What bears another id or another question is not ours, and is passed over. */
    private boolean isAnswer(ByteBuf answer) {
        int start = answer.readerIndex();
        if (answer.readableBytes() < DnsQuestion.HEADER
                || answer.getUnsignedShort(start) != id
                || (answer.getUnsignedShort(start + 2) & DnsQuestion.RESPONSE) == 0) {
            return false;
        }
        if (answer.getUnsignedShort(start + 4) == 0) {
            // A server that refuses needs not repeat the question.
            return true;
        }
        int length = question.end() - DnsQuestion.HEADER;
        return answer.readableBytes() >= question.end() && isSameQuestion(answer, start + DnsQuestion.HEADER, length);
    }

    private boolean isSameQuestion(ByteBuf answer, int start, int length) {
        int own = query.readerIndex() + DnsQuestion.HEADER;
        if (ByteBufUtil.equals(answer, start, query, own, length)) {
            return true;
        }
        for (int i = 0; i < length; i++) {
            if (lower(answer.getByte(start + i)) != lower(query.getByte(own + i))) {
                return false;
            }
        }
        return true;
    }

    private static int lower(byte letter) {
        return letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter;
    }

    private void end(@Nullable ByteBuf answer, String failure) {
        if (over) {
            if (answer != null) {
                answer.release();
            }
            return;
        }
        over = true;
        channel.close();
        ended.with(answer, failure);
    }
}
