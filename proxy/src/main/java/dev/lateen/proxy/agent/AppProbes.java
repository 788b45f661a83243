package dev.lateen.proxy.agent;

import dev.lateen.proxy.admin.AdminServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes the kubelet's probes and hooks on to the application, from an address that interception lets pass, and its answer back: under mutual TLS the kubelet, which has no
 * certificate, could not ask by itself. What can't be asked is a 500. Safe for use by several threads.
 */
final class AppProbes {
    private static final Logger LOG = LoggerFactory.getLogger(AppProbes.class);
    private static final int MOST_AT_ONCE = 128;

    private final Vertx vertx;
    private final AgentSettings.Way way;
    private final ProbeClients clients;
    private final HttpProbes http;
    private final GrpcProbes grpc;
    private final AtomicInteger underWay = new AtomicInteger();
    private @Nullable NetClient tcp;

    AppProbes(Vertx vertx, AgentSettings.Way way) {
        this.vertx = vertx;
        this.way = way;
        this.clients = new ProbeClients(vertx, way);
        this.http = new HttpProbes(clients, way);
        this.grpc = new GrpcProbes(clients, way);
    }

    /** What the application said. @param body of an HTTP answer; empty otherwise */
    record Answer(int status, String body) {
        static final Answer GOOD = new Answer(200, "");
        static final Answer BAD = new Answer(500, "");
    }

    /** Asks and answers. @param ownPort the agent's, which a Host header may name */
    void ask(HttpServerRequest request, AppProbe probe, int ownPort) {
        if (underWay.incrementAndGet() > MOST_AT_ONCE) {
            underWay.decrementAndGet();
            AdminServer.answer(request.response().setStatusCode(503), AdminServer.TEXT, "too many probes at once\n");
            return;
        }
        PendingProbe pending = new PendingProbe(vertx, probe.timeout());
        request.response().closeHandler(_ -> pending.giveUp("the asker is gone"));
        put(request, probe, ownPort, pending);
        pending.answer()
                .onFailure(e -> LOG.warn("probe {}: {}", request.path(), String.valueOf(e.getMessage())))
                .otherwise(Answer.BAD)
                .onComplete(answer -> {
                    underWay.decrementAndGet();
                    reply(request.response(), answer.result());
                });
    }

    private void put(HttpServerRequest request, AppProbe probe, int ownPort, PendingProbe pending) {
        switch (probe) {
            case AppProbe.HttpGet get -> http.ask(request, get, ownPort, pending);
            case AppProbe.Grpc question -> grpc.ask(request.getHeader("user-agent"), question, pending);
            case AppProbe.TcpSocket socket ->
                tcp().connect(socket.port(), way.host())
                        .onSuccess(NetSocket::close)
                        .<Answer>map(Answer.GOOD)
                        .onComplete(pending::answered);
        }
    }

    private static void reply(HttpServerResponse response, Answer answer) {
        if (!response.closed()) {
            AdminServer.answer(response.setStatusCode(answer.status()), AdminServer.TEXT, answer.body());
        }
    }

    private synchronized NetClient tcp() {
        NetClient known = tcp;
        if (known == null) {
            NetClientOptions options = new NetClientOptions();
            if (!way.from().isEmpty()) {
                options.setLocalAddress(way.from());
            }
            known = vertx.createNetClient(options);
            tcp = known;
        }
        return known;
    }

    synchronized Future<Void> close() {
        NetClient known = tcp;
        return Future.join(clients.close(), known == null ? Future.succeededFuture() : known.close())
                .mapEmpty();
    }
}
