package dev.lateen.istiod.discovery;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.rpc.Status;
import dev.lateen.api.xds.TypeUrls;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceName;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An xDS client written by hand: says what a test tells it to, and keeps what it hears. */
public final class AdsPeer implements AutoCloseable {
    static final String NODE_ID = "sidecar~10.0.0.1~reviews-v1.default~default.svc.cluster.local";

    private final GrpcClient client;
    private final GrpcClientRequest<Buffer, Buffer> request;
    private final BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();
    private final CompletableFuture<GrpcStatus> status = new CompletableFuture<>();
    private final CompletableFuture<String> statusMessage = new CompletableFuture<>();
    private boolean saidWho;

    private AdsPeer(GrpcClient client, GrpcClientRequest<Buffer, Buffer> request) {
        this.client = client;
        this.request = request;
    }

    static AdsPeer delta(Vertx vertx, int port) {
        return call(vertx, port, "DeltaAggregatedResources", new HttpClientOptions(), null);
    }

    static AdsPeer stateOfTheWorld(Vertx vertx, int port) {
        return call(vertx, port, "StreamAggregatedResources", new HttpClientOptions(), null);
    }

    public static AdsPeer call(
            Vertx vertx, int port, String method, HttpClientOptions options, @Nullable String token) {
        GrpcClient client = GrpcClient.client(
                vertx, options.setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
        GrpcClientRequest<Buffer, Buffer> request = client.request(SocketAddress.inetSocketAddress(port, "127.0.0.1"))
                .await();
        request.serviceName(ServiceName.create("envoy.service.discovery.v3", "AggregatedDiscoveryService"));
        request.methodName(method);
        if (token != null) {
            request.headers().set("authorization", "Bearer " + token);
        }
        AdsPeer peer = new AdsPeer(client, request);
        request.response().onSuccess(response -> {
            response.handler(buffer -> peer.heard.add(buffer.getBytes()));
            response.endHandler(nothing -> {
                peer.statusMessage.complete(String.valueOf(response.statusMessage()));
                peer.status.complete(response.status());
            });
            response.exceptionHandler(peer.status::completeExceptionally);
        });
        request.response().onFailure(peer.status::completeExceptionally);
        return peer;
    }

    /** Subscribes to names of a type, or to all with none. */
    public void subscribe(String typeUrl, String... names) {
        say(DeltaDiscoveryRequest.newBuilder().setTypeUrl(typeUrl).addAllResourceNamesSubscribe(List.of(names)));
    }

    void unsubscribe(String typeUrl, String... names) {
        say(DeltaDiscoveryRequest.newBuilder().setTypeUrl(typeUrl).addAllResourceNamesUnsubscribe(List.of(names)));
    }

    /** Subscribes as a proxy does that was connected before. */
    void resume(String typeUrl, Map<String, String> versions, String... names) {
        say(DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(typeUrl)
                .putAllInitialResourceVersions(versions)
                .addAllResourceNamesSubscribe(List.of(names)));
    }

    public void acknowledge(DeltaDiscoveryResponse response) {
        say(DeltaDiscoveryRequest.newBuilder().setTypeUrl(response.getTypeUrl()).setResponseNonce(response.getNonce()));
    }

    public void reject(DeltaDiscoveryResponse response, String reason) {
        say(DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(response.getTypeUrl())
                .setResponseNonce(response.getNonce())
                .setErrorDetail(Status.newBuilder().setCode(3).setMessage(reason)));
    }

    /** Asks in the state-of-the-world variant. */
    void ask(String typeUrl, String version, String nonce, String... names) {
        say(DiscoveryRequest.newBuilder()
                .setTypeUrl(typeUrl)
                .setVersionInfo(version)
                .setResponseNonce(nonce)
                .addAllResourceNames(List.of(names)));
    }

    private void say(DeltaDiscoveryRequest.Builder message) {
        if (!saidWho) {
            message.setNode(Node.newBuilder().setId(NODE_ID));
        }
        saidWho = true;
        raw(message.build());
    }

    private void say(DiscoveryRequest.Builder message) {
        if (!saidWho) {
            message.setNode(Node.newBuilder().setId(NODE_ID));
        }
        saidWho = true;
        raw(message.build());
    }

    public void raw(MessageLite message) {
        raw(message.toByteArray());
    }

    void raw(byte[] message) {
        saidWho = true;
        // Not awaited: the write of a stream that the server ends meanwhile is never done.
        request.write(Buffer.buffer(message));
    }

    public DeltaDiscoveryResponse hear() {
        try {
            return DeltaDiscoveryResponse.parseFrom(next());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    DiscoveryResponse hearWhole() {
        try {
            return DiscoveryResponse.parseFrom(next());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    /** Hears a response of this type and accepts it. */
    public DeltaDiscoveryResponse hearAndAcknowledge(String typeUrl) {
        DeltaDiscoveryResponse response = hear();
        if (!response.getTypeUrl().equals(typeUrl)) {
            throw new AssertionError("heard " + response + " (expected: " + TypeUrls.shortName(typeUrl) + ")");
        }
        acknowledge(response);
        return response;
    }

    private byte[] next() {
        try {
            byte[] message = heard.poll(30, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("nothing was heard within 30 s");
            }
            return message;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Messages that came and were not looked at. */
    int unheard() {
        return heard.size();
    }

    /** How the server ended the stream. */
    public GrpcStatus status() {
        return within(status);
    }

    public String statusMessage() {
        return within(statusMessage);
    }

    private static <T> T within(CompletableFuture<T> future) {
        return future.orTimeout(30, TimeUnit.SECONDS).join();
    }

    public static List<String> names(DeltaDiscoveryResponse response) {
        return response.getResourcesList().stream().map(Resource::getName).toList();
    }

    /** Ends the stream in good order. */
    void leave() {
        request.end();
    }

    @Override
    public void close() {
        request.cancel();
        client.close().await();
    }
}
