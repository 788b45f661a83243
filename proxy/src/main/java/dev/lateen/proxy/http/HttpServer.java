package dev.lateen.proxy.http;

import dev.lateen.proxy.chain.FilterChainRuntime;
import dev.lateen.proxy.inforce.InForce;
import dev.lateen.proxy.listener.ConfigEvent;
import dev.lateen.proxy.listener.DrainEvent;
import dev.lateen.proxy.listener.HttpServerStart;
import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.upstream.Host;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The door of the HTTP data path: begins to speak HTTP on accepted connections. Everything of a connection, its upstream connections
 * included, stays on the event loop that it was accepted on. Safe for use by several threads.
 */
public final class HttpServer implements HttpServerStart {
    private final HttpServices services;
    private final Map<EventLoop, HttpWorker> workers = new ConcurrentHashMap<>();

    /** Follows what is in force in {@code services} from now on. */
    public HttpServer(HttpServices services) {
        this.services = services;
        services.clusters().onHostRemoved(this::hostRemoved);
    }

    @Override
    public void start(
            Channel channel,
            InForce inForce,
            FilterChainRuntime chain,
            HttpConnectionManager manager,
            ConnectionFacts facts,
            boolean http2) {
        HttpWorker worker = workers.computeIfAbsent(channel.eventLoop(), loop -> new HttpWorker(loop, services));
        HttpConnection connection = new HttpConnection(worker, inForce, chain, manager, facts, http2);
        channel.pipeline().addLast(connection.codec(), new Drainer(connection));
    }

    private void hostRemoved(Host host) {
        workers.forEach((loop, worker) -> loop.execute(() -> worker.pools().onHostRemoved(host)));
    }

    /** Closes all idle upstream connections; those in use end with their requests. */
    public void close() {
        workers.forEach((loop, worker) -> loop.execute(() -> worker.pools().close()));
    }

    private static final class Drainer extends ChannelInboundHandlerAdapter {
        private final HttpConnection connection;

        Drainer(HttpConnection connection) {
            this.connection = connection;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == DrainEvent.INSTANCE) {
                connection.drain();
            } else if (event == ConfigEvent.INSTANCE) {
                connection.follow();
            }
            ctx.fireUserEventTriggered(event);
        }
    }
}
