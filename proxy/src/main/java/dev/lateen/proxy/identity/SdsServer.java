package dev.lateen.proxy.identity;

import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.xds.decode.SecretMessages;
import dev.lateen.proxy.xds.proto.ConfigException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the workload's own secrets by SDS ({@code StreamSecrets}, {@code DeltaSecrets}) to a stock Envoy beside us, as Istio's agent
 * does. Whoever can reach the address gets the private key: give it a Unix socket, or a loopback address of a pod alone. Public methods may be
 * called from any thread.
 */
public final class SdsServer {
    private static final Logger LOG = LoggerFactory.getLogger(SdsServer.class);
    private static final ServiceName SERVICE = ServiceName.create("envoy.service.secret.v3.SecretDiscoveryService");
    private static final int MAX_STREAMS = 64;
    private static final int MAX_NAMES = 256;

    private final Vertx vertx;
    private final Context context;
    private final Map<String, Secret> secrets = new HashMap<>();
    private final Set<Client> clients = new LinkedHashSet<>();
    private @Nullable HttpServer server;
    private long version;

    public SdsServer(Vertx vertx) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
    }

    /** Binds. @return the port, 0 for a Unix socket */
    public Future<Integer> start(SocketAddress address) {
        GrpcServer grpc = GrpcServer.server(vertx);
        grpc.callHandler(method("StreamSecrets"), call -> accept(call, false));
        grpc.callHandler(method("DeltaSecrets"), call -> accept(call, true));
        HttpServer bound = vertx.createHttpServer().requestHandler(grpc);
        server = bound;
        return bound.listen(address).map(listening -> address.isInetSocket() ? listening.actualPort() : 0);
    }

    /** Takes a new secret, and sends it to those that asked for its name. */
    public void secret(Secret secret) {
        context.runOnContext(_ -> {
            version++;
            secrets.put(secret.name(), secret);
            clients.forEach(client -> client.send(List.of(secret.name())));
        });
    }

    /** Unbinds and ends all streams. */
    public Future<Void> close() {
        HttpServer bound = server;
        return bound == null ? Future.succeededFuture() : bound.close();
    }

    private static ServiceMethod<Buffer, Buffer> method(String name) {
        return ServiceMethod.server(SERVICE, name, GrpcMessageEncoder.IDENTITY, GrpcMessageDecoder.IDENTITY);
    }

    private void accept(GrpcServerRequest<Buffer, Buffer> call, boolean delta) {
        Client client = new Client(call, delta);
        call.handler(message -> context.runOnContext(_ -> client.receive(message)));
        call.endHandler(_ -> context.runOnContext(_ -> client.end()));
        call.exceptionHandler(_ -> context.runOnContext(_ -> clients.remove(client)));
        context.runOnContext(_ -> {
            if (clients.size() >= MAX_STREAMS) {
                client.fail(GrpcStatus.RESOURCE_EXHAUSTED, "more than " + MAX_STREAMS + " streams");
            } else {
                clients.add(client);
            }
        });
    }

    /** One stream; on the server's context. */
    private final class Client {
        private final GrpcServerRequest<Buffer, Buffer> call;
        private final boolean delta;
        private final Set<String> names = new LinkedHashSet<>();
        private long nonce;

        Client(GrpcServerRequest<Buffer, Buffer> call, boolean delta) {
            this.call = call;
            this.delta = delta;
        }

        void receive(Buffer message) {
            try {
                SecretMessages.Request request = SecretMessages.read(message.getBytes(), delta);
                if (!request.error().isEmpty()) {
                    LOG.warn("a neighbour refused our secret: {}", request.error());
                }
                follow(request);
            } catch (ConfigException e) {
                fail(GrpcStatus.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
            }
        }

        /** Only names that are new to the stream are answered now: the rest was answered before, or will be when it changes. */
        private void follow(SecretMessages.Request request) {
            List<String> fresh = new ArrayList<>(request.names());
            fresh.removeAll(names);
            if (!delta) {
                names.retainAll(request.names());
            }
            names.removeAll(request.dropped());
            names.addAll(fresh);
            if (names.size() > MAX_NAMES) {
                fail(GrpcStatus.RESOURCE_EXHAUSTED, "more than " + MAX_NAMES + " names");
            } else {
                send(fresh);
            }
        }

        /** Sends what there is of these names and is asked for. */
        void send(List<String> changed) {
            List<Secret> found = new ArrayList<>();
            for (String name : changed) {
                Secret secret = secrets.get(name);
                if (secret != null && names.contains(name)) {
                    found.add(secret);
                }
            }
            if (!found.isEmpty()) {
                String text = String.valueOf(version);
                call.response().write(Buffer.buffer(SecretMessages.write(found, text, text + "-" + ++nonce, delta)));
            }
        }

        void end() {
            if (clients.remove(this)) {
                call.response().end();
            }
        }

        void fail(GrpcStatus status, String message) {
            clients.remove(this);
            call.response().status(status).statusMessage(message).end();
        }
    }
}
