package dev.lateen.proxy.http;

import dev.lateen.proxy.chain.FilterChainRuntime;
import dev.lateen.proxy.http.call.CallLoops;
import dev.lateen.proxy.http.call.ClusterCalls;
import dev.lateen.proxy.http.call.LoopsInTurn;
import dev.lateen.proxy.http.call.Pending;
import dev.lateen.proxy.inforce.InForce;
import dev.lateen.proxy.listener.ConfigEvent;
import dev.lateen.proxy.listener.DrainEvent;
import dev.lateen.proxy.listener.HttpServerStart;
import dev.lateen.proxy.listener.LeaveEvent;
import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.upstream.Host;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The door of the HTTP data path: begins to speak HTTP on accepted connections. Everything of a connection, its upstream connections
 * included, stays on the event loop that it was accepted on. Safe for use by several threads.
 */
public final class HttpServer implements HttpServerStart, CallLoops {
    private final HttpServices services;
    private final Map<EventLoop, HttpWorker> workers = new ConcurrentHashMap<>();
    private final CallLoops calls;
    private volatile boolean closed;

    /** Follows what is in force in {@code services} from now on. */
    public HttpServer(HttpServices services) {
        this.services = services;
        this.calls =
                new LoopsInTurn(services.loops(), loop -> worker(loop).calls().newest());
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
        HttpWorker worker = worker(channel.eventLoop());
        HttpConnection connection = new HttpConnection(worker, inForce, chain, manager, facts, http2);
        channel.pipeline().addLast(connection.codec(), new Drainer(connection));
    }

    private HttpWorker worker(EventLoop eventLoop) {
        HttpWorker known = workers.get(eventLoop);
        HttpWorker worker =
                known != null ? known : workers.computeIfAbsent(eventLoop, loop -> new HttpWorker(loop, services));
        if (closed) {
            worker.calls().close();
        }
        return worker;
    }

    @Override
    public Pending call(Function<ClusterCalls, Pending> caller) {
        return calls.call(caller);
    }

    private void hostRemoved(Host host) {
        workers.forEach((loop, worker) -> loop.execute(() -> worker.pools().onHostRemoved(host)));
    }

    /** Closes all upstream connections and ends the proxy's own calls. */
    public void close() {
        closed = true;
        workers.forEach((loop, worker) -> loop.execute(worker::close));
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
            } else if (event == LeaveEvent.INSTANCE) {
                connection.leave();
            } else if (event == ConfigEvent.INSTANCE) {
                connection.follow();
            }
            ctx.fireUserEventTriggered(event);
        }
    }
}
