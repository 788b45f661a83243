import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.common.ServiceName;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A delta client that asks an istiod for what Envoy asks for, and accepts everything. */
final class DeltaClient {
    private static final String TYPES = "type.googleapis.com/envoy.config.";
    static final String CLUSTER = TYPES + "cluster.v3.Cluster";
    static final String ENDPOINT = TYPES + "endpoint.v3.ClusterLoadAssignment";
    static final String LISTENER = TYPES + "listener.v3.Listener";
    static final String ROUTE = TYPES + "route.v3.RouteConfiguration";

    /** All that all clients of this process were sent. */
    static final AtomicLong BYTES = new AtomicLong();

    /** Has an answer of each type. */
    final CountDownLatch synced = new CountDownLatch(1);
    /** Has an answer of the type that was expected last, and has accepted it. */
    volatile CountDownLatch heard = new CountDownLatch(0);

    volatile long heardAt;

    /** Held: a client that nobody holds is closed by the garbage collection. */
    private final GrpcClient grpc;

    private final GrpcClientRequest<Buffer, Buffer> stream;
    private final Set<String> clusters = new HashSet<>();
    private final Set<String> routes = new HashSet<>();
    private final Set<String> answered = new HashSet<>();
    private volatile String expected = "";

    /** @param id of its node, such as {@code sidecar~10.1.0.1~pod.shop~shop.svc.cluster.local} */
    DeltaClient(Vertx vertx, int port, String id) {
        grpc = GrpcClient.client(
                vertx,
                new GrpcClientOptions().setMaxMessageSize(256L << 20),
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false)
                        .setHttp2ConnectionWindowSize(16 << 20));
        stream = grpc.request(SocketAddress.inetSocketAddress(port, "127.0.0.1")).await();
        stream.serviceName(ServiceName.create("envoy.service.discovery.v3", "AggregatedDiscoveryService"));
        stream.methodName("DeltaAggregatedResources");
        stream.response().onSuccess(response -> response.handler(message -> hear(message.getBytes())));
        say(DeltaDiscoveryRequest.newBuilder().setTypeUrl(CLUSTER).setNode(
                Node.newBuilder().setUserAgentName("envoy").setId(id)));
    }

    void expect(String typeUrl) {
        heard = new CountDownLatch(1);
        expected = typeUrl;
    }

    private void say(DeltaDiscoveryRequest.Builder request) {
        stream.write(Buffer.buffer(request.build().toByteArray()));
    }

    private void hear(byte[] message) {
        try {
            BYTES.addAndGet(message.length);
            DeltaDiscoveryResponse response = DeltaDiscoveryResponse.parseFrom(message);
            say(DeltaDiscoveryRequest.newBuilder()
                    .setTypeUrl(response.getTypeUrl())
                    .setResponseNonce(response.getNonce()));
            if (response.getTypeUrl().equals(expected)) {
                heardAt = System.nanoTime();
                expected = "";
                heard.countDown();
            }
            learn(response);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private void learn(DeltaDiscoveryResponse response) throws InvalidProtocolBufferException {
        boolean first = answered.add(response.getTypeUrl());
        switch (response.getTypeUrl()) {
            case CLUSTER -> {
                subscribe(ENDPOINT, clusters, response.getResourcesList().stream()
                        .map(Resource::getName)
                        .filter(name -> name.startsWith("outbound|"))
                        .collect(Collectors.toSet()));
                if (first) {
                    say(DeltaDiscoveryRequest.newBuilder().setTypeUrl(LISTENER));
                }
            }
            case LISTENER -> {
                Set<String> named = new HashSet<>();
                for (Resource resource : response.getResourcesList()) {
                    learn(resource.getResource(), named);
                }
                subscribe(ROUTE, routes, named);
            }
            default -> {}
        }
        if (answered.size() == 4) {
            synced.countDown();
        }
    }

    private static void learn(Any listener, Set<String> named) throws InvalidProtocolBufferException {
        for (var chain : listener.unpack(Listener.class).getFilterChainsList()) {
            for (var filter : chain.getFiltersList()) {
                if (filter.getTypedConfig().is(HttpConnectionManager.class)) {
                    String name = filter.getTypedConfig().unpack(HttpConnectionManager.class).getRds().getRouteConfigName();
                    named.add(name);
                }
            }
        }
        named.removeIf(Predicate.isEqual(""));
    }

    private void subscribe(String typeUrl, Set<String> known, Set<String> wanted) {
        List<String> added = wanted.stream().filter(known::add).toList();
        if (!added.isEmpty()) {
            say(DeltaDiscoveryRequest.newBuilder().setTypeUrl(typeUrl).addAllResourceNamesSubscribe(added));
        }
    }
}
