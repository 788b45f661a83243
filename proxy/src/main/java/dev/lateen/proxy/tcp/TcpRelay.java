package dev.lateen.proxy.tcp;

import dev.lateen.proxy.chain.FilterChainRuntime;
import dev.lateen.proxy.listener.DenyEvent;
import dev.lateen.proxy.message.PeerMetadata;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.TcpSession;
import dev.lateen.proxy.model.TcpProxy;
import dev.lateen.proxy.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One proxied TCP connection: both its channels, what is counted, when it ends. Lives on one event loop. It keeps the configuration it began with; observers are
 * asked for anew each time.
 */
final class TcpRelay implements UpstreamSearch.Found {
    /** How often Istio reports a connection that lasts. */
    private static final long PROGRESS_SECONDS = 5;

    private final Channel downstream;
    private final Side client;
    private final FilterChainRuntime chain;
    private final TcpProxy proxy;
    private final TcpSession session;
    private final LongSupplier nanos;
    private final byte[] greeting;
    private final ArrayDeque<ByteBuf> early = new ArrayDeque<>(2);
    private @Nullable UpstreamSearch search;
    private @Nullable Side upstream;
    private @Nullable Runnable release;
    private @Nullable ScheduledFuture<?> progress;
    private @Nullable ScheduledFuture<?> idle;
    private @Nullable ScheduledFuture<?> oldAge;
    private boolean downstreamEnded;
    private boolean upstreamEnded;
    private boolean closed;
    private boolean openTold;
    /** Sides that are still to say who they are. */
    private int strangers;

    private boolean reset;
    private long lastActive;

    TcpRelay(
            Channel downstream,
            FilterChainRuntime chain,
            TcpProxy proxy,
            TcpSession session,
            LongSupplier nanos,
            byte[] greeting) {
        this.downstream = downstream;
        this.client = new ChannelSide(downstream);
        this.chain = chain;
        this.proxy = proxy;
        this.session = session;
        this.nanos = nanos;
        this.greeting = greeting;
    }

    /** Nothing is read until there is somebody to send it to; what was read before is kept. */
    void begin(UpstreamSearch upstreams) {
        search = upstreams;
        lastActive = nanos.getAsLong();
        downstream.config().setAutoRead(false);
        if (PeerExchange.agreed(session.connection().tls())) {
            downstream.pipeline().addLast(exchange(session::downstreamPeer));
        }
        downstream.pipeline().addLast(new RelayEnd(this, true));
        scheduleIdle(proxy.idleTimeout().toNanos());
        if (!proxy.maxDuration().isZero()) {
            oldAge = downstream
                    .eventLoop()
                    .schedule(this::tooOld, proxy.maxDuration().toNanos(), TimeUnit.NANOSECONDS);
        }
        upstreams.begin(downstream.eventLoop(), new RelayEnd(this, false));
    }

    @Override
    public void connected(Side to, Runnable whenOver) {
        upstream = to;
        release = whenOver;
        search = null;
        lastActive = nanos.getAsLong();
        if (to instanceof ChannelSide(Channel bare) && PeerExchange.agreed(session.upstreamTls())) {
            String end = bare.pipeline().context(RelayEnd.class).name();
            bare.pipeline().addBefore(end, null, exchange(session::upstreamPeer));
        }
        if (strangers == 0) {
            tellOpen();
        }
        progress = downstream
                .eventLoop()
                .scheduleAtFixedRate(this::tellProgress, PROGRESS_SECONDS, PROGRESS_SECONDS, TimeUnit.SECONDS);
        for (ByteBuf bytes = early.poll(); bytes != null; bytes = early.poll()) {
            to.write(bytes);
        }
        to.flush();
        if (downstreamEnded) {
            to.endAfterWrites();
        }
        client.reading(to.isWritable());
    }

    /** For a side that is to say who it is. */
    private PeerExchange exchange(Consumer<PeerMetadata> side) {
        strangers++;
        return new PeerExchange(greeting, peer -> {
            side.accept(peer);
            strangers--;
            if (strangers == 0 && upstream != null) {
                tellOpen();
            }
        });
    }

    /** Once the upstream connection stands and both sides have said who they are, so that all is counted under one name. */
    private void tellOpen() {
        if (!openTold) {
            openTold = true;
            chain.tcpObserver().onOpen(session);
        }
    }

    private void tellProgress() {
        tellOpen();
        chain.tcpObserver().onProgress(session);
    }

    @Override
    public void nothingFound() {
        search = null;
        end();
    }

    /** The other side of {@code fromDownstream}'s side; null while it is not there. */
    private @Nullable Side other(boolean fromDownstream) {
        return fromDownstream ? upstream : client;
    }

    void read(boolean fromDownstream, ByteBuf bytes) {
        if (fromDownstream) {
            session.addReceivedBytes(bytes.readableBytes());
        } else {
            session.addSentBytes(bytes.readableBytes());
        }
        Side to = other(fromDownstream);
        if (closed) {
            bytes.release();
        } else if (to == null) {
            early.add(bytes);
        } else {
            to.write(bytes);
            if (!to.isWritable()) {
                from(fromDownstream).reading(false);
            }
        }
    }

    private Side from(boolean downstreamSide) {
        return downstreamSide || upstream == null ? client : upstream;
    }

    void readComplete(boolean fromDownstream) {
        lastActive = nanos.getAsLong();
        Side to = other(fromDownstream);
        if (to != null) {
            to.flush();
        }
    }

    /** One side can take more, or no more: the other side is read, or not. */
    void writabilityChanged(boolean ofDownstream) {
        Side writable = ofDownstream ? client : upstream;
        Side source = ofDownstream ? upstream : client;
        if (writable != null && source != null) {
            lastActive = nanos.getAsLong();
            source.reading(writable.isWritable());
        }
    }

    /** One side has said all; the other may still answer. */
    void inputEnded(boolean ofDownstream) {
        if (ofDownstream ? downstreamEnded : upstreamEnded) {
            return; // TLS ended first, then TCP
        }
        downstreamEnded |= ofDownstream;
        upstreamEnded |= !ofDownstream;
        if (downstreamEnded && upstreamEnded) {
            end();
            return;
        }
        Side to = other(ofDownstream);
        if (to != null) {
            to.endAfterWrites();
        }
    }

    void gone(boolean downstreamSide) {
        if (!closed && downstreamSide && upstream == null) {
            session.addFlag(ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION);
        }
        end();
    }

    /** With TLS 1.3 a server refuses our certificate only after the handshake. */
    void failed(boolean ofDownstream, Throwable cause) {
        String reason = TlsSession.failureReason(cause);
        if (!ofDownstream && !closed && !reason.isEmpty()) {
            session.upstreamTransportFailure(reason);
            session.addFlag(ResponseFlag.UPSTREAM_CONNECTION_FAILURE);
        }
        if (cause instanceof IOException && reason.isEmpty() && !closed) {
            reset = true;
            if (!ofDownstream) {
                session.addFlag(ResponseFlag.UPSTREAM_REMOTE_RESET);
            }
        }
    }

    /** The upstream side broke off in the middle. */
    void cut() {
        reset |= !closed;
        end();
    }

    void denied(DenyEvent event) {
        session.connectionTerminationDetails(event.details());
        end();
    }

    private void scheduleIdle(long delayNanos) {
        if (!proxy.idleTimeout().isZero()) {
            idle = downstream.eventLoop().schedule(this::checkIdle, delayNanos, TimeUnit.NANOSECONDS);
        }
    }

    private void tooOld() {
        session.addFlag(ResponseFlag.DURATION_TIMEOUT);
        end();
    }

    private void checkIdle() {
        long left = proxy.idleTimeout().toNanos() - (nanos.getAsLong() - lastActive);
        if (left > 0) {
            scheduleIdle(left);
        } else {
            session.addFlag(ResponseFlag.STREAM_IDLE_TIMEOUT);
            end();
        }
    }

    /** Ends both sides, each after what was written to it; once. */
    private void end() {
        if (closed) {
            return;
        }
        closed = true;
        cancel(progress);
        cancel(idle);
        cancel(oldAge);
        if (search != null) {
            search.stop();
        }
        early.forEach(ReferenceCountUtil::safeRelease);
        early.clear();
        if (upstream != null) {
            tellOpen();
            upstream.closeAfterWrites(reset);
        }
        client.closeAfterWrites(reset);
        if (release != null) {
            release.run();
        }
        session.completeNanos(nanos.getAsLong());
        chain.tcpObserver().onClose(session);
    }

    private static void cancel(@Nullable ScheduledFuture<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
