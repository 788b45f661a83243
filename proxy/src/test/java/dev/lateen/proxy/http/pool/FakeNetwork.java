package dev.lateen.proxy.http.pool;

import dev.lateen.proxy.transport.ConnectFailure;
import dev.lateen.proxy.transport.UpstreamConnector;
import dev.lateen.proxy.transport.UpstreamTarget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Connections that stand or fail when a test says so, without a socket and on the test's own thread. */
public final class FakeNetwork implements UpstreamConnector {
    public final List<Server> accepted = new ArrayList<>();
    private final List<Attempt> attempts = new ArrayList<>();
    private int tried;

    private record Attempt(Promise<Channel> result, ChannelHandler last) {}

    /** The far end of a connection. */
    public static final class Server {
        public final EmbeddedChannel channel = new EmbeddedChannel();

        Server() {
            channel.freezeTime();
        }

        private boolean settled;

        /** HTTP/2 begins with settings. */
        private void settle() {
            if (!settled) {
                allowsStreams(100);
            }
        }

        /** Everything that was sent to it since the last time. */
        public String received() {
            channel.runPendingTasks();
            StringBuilder text = new StringBuilder();
            for (ByteBuf sent = channel.readOutbound(); sent != null; sent = channel.readOutbound()) {
                text.append(sent.toString(StandardCharsets.ISO_8859_1));
                sent.release();
            }
            return text.toString();
        }

        public void answers(String text) {
            channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
            channel.runPendingTasks();
        }

        public void answersNothing() {
            answers("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        }

        /** HTTP/2 settings with a limit of streams. */
        public void allowsStreams(int most) {
            settled = true;
            channel.writeInbound(Unpooled.wrappedBuffer(
                    new byte[] {0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, (byte) (most >> 8), (byte) most}));
            channel.runPendingTasks();
        }

        /** An HTTP/2 response without a body: {@code :status: 200}. */
        public void answersStream(int id) {
            settle();
            channel.writeInbound(
                    Unpooled.wrappedBuffer(new byte[] {0, 0, 1, 1, 5, 0, 0, (byte) (id >> 8), (byte) id, (byte) 0x88}));
            channel.runPendingTasks();
        }

        /** An HTTP/2 GOAWAY: streams after {@code lastStream} were not looked at. */
        public void goesAway(int lastStream) {
            settle();
            channel.writeInbound(Unpooled.wrappedBuffer(
                    new byte[] {0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, (byte) lastStream, 0, 0, 0, 0}));
            channel.runPendingTasks();
        }

        /** The PING that an upstream connection sends, acknowledged. */
        void answersPing() {
            String sent = received();
            String ping = sent.substring(sent.indexOf("\0\0\b\u0006\0"));
            answers("\0\0\b\u0006\u0001" + ping.substring(5, 17));
        }

        /** Its connection's own clock. */
        public void passes(Duration time) {
            channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
            channel.runScheduledPendingTasks();
            channel.runPendingTasks();
        }

        public void closes() {
            channel.close();
            channel.runPendingTasks();
        }

        public boolean isOpen() {
            channel.runPendingTasks();
            return channel.isOpen();
        }
    }

    @Override
    public Future<Channel> connect(EventLoop loop, UpstreamTarget target, ChannelHandler last) {
        Promise<Channel> result = loop.newPromise();
        attempts.add(new Attempt(result, last));
        tried++;
        return result;
    }

    /** How many connections were asked for so far. */
    public int tried() {
        return tried;
    }

    /** How many of them neither stand nor failed yet. */
    public int connecting() {
        return attempts.size();
    }

    /** Lets the oldest attempt succeed. */
    public Server accept() {
        Attempt attempt = attempts.removeFirst();
        Server server = new Server();
        accepted.add(server);
        server.channel.pipeline().addLast(attempt.last);
        attempt.result.setSuccess(server.channel);
        server.channel.runPendingTasks();
        return server;
    }

    /** Lets the oldest attempt fail. */
    public void refuse() {
        attempts.removeFirst()
                .result
                .setFailure(new ConnectFailure(ConnectFailure.REMOTE, "delayed connect error: Connection refused"));
    }

    public void close() {
        accepted.forEach(server -> server.channel.finishAndReleaseAll());
    }
}
