package dev.lateen.istiod.discovery;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import dev.lateen.istiod.translate.resource.XdsResource;
import io.envoyproxy.envoy.config.core.v3.ControlPlane;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.vertx.grpc.common.GrpcStatus;
import org.jspecify.annotations.Nullable;

/** The two variants of the protocol: what differs is only the shape of the messages. */
enum Dialect {
    /** {@code DeltaAggregatedResources}: changes of wishes, changes of resources. */
    DELTA("DeltaAggregatedResources") {
        @Override
        ClientRequest parse(ByteString bytes) throws InvalidProtocolBufferException {
            DeltaDiscoveryRequest request = DeltaDiscoveryRequest.parseFrom(bytes);
            return new ClientRequest(
                    node(request.hasNode(), request.getNode()),
                    request.getTypeUrl(),
                    request.getResponseNonce(),
                    error(request.hasErrorDetail(), request.getErrorDetail()),
                    new ClientRequest.Change.Difference(
                            request.getResourceNamesSubscribeList(),
                            request.getResourceNamesUnsubscribeList(),
                            request.getInitialResourceVersionsMap()));
        }

        @Override
        byte[] write(ServerResponse response, ControlPlane controlPlane) {
            DeltaDiscoveryResponse.Builder message = DeltaDiscoveryResponse.newBuilder()
                    .setTypeUrl(response.typeUrl())
                    .setSystemVersionInfo(response.version())
                    .setNonce(response.nonce())
                    .setControlPlane(controlPlane)
                    .addAllRemovedResources(response.removed());
            for (XdsResource resource : response.resources()) {
                message.addResources(Resource.newBuilder()
                        .setName(resource.name())
                        .setVersion(resource.version())
                        .setResource(resource.body()));
            }
            return message.build().toByteArray();
        }
    },

    /** {@code StreamAggregatedResources}: state of the world. */
    STATE_OF_THE_WORLD("StreamAggregatedResources") {
        @Override
        ClientRequest parse(ByteString bytes) throws InvalidProtocolBufferException {
            DiscoveryRequest request = DiscoveryRequest.parseFrom(bytes);
            return new ClientRequest(
                    node(request.hasNode(), request.getNode()),
                    request.getTypeUrl(),
                    request.getResponseNonce(),
                    error(request.hasErrorDetail(), request.getErrorDetail()),
                    new ClientRequest.Change.Whole(request.getResourceNamesList()));
        }

        @Override
        byte[] write(ServerResponse response, ControlPlane controlPlane) {
            DiscoveryResponse.Builder message = DiscoveryResponse.newBuilder()
                    .setTypeUrl(response.typeUrl())
                    .setVersionInfo(response.version())
                    .setNonce(response.nonce())
                    .setControlPlane(controlPlane);
            response.resources().forEach(resource -> message.addResources(resource.body()));
            return message.build().toByteArray();
        }
    };

    private static final int LONGEST_ERROR = 4096;

    private final String method;

    Dialect(String method) {
        this.method = method;
    }

    /** The method of {@code envoy.service.discovery.v3.AggregatedDiscoveryService} that speaks it. */
    String method() {
        return method;
    }

    /** A client's message; one that can't be read ends the stream. */
    final ClientRequest read(byte[] bytes) throws StreamFailure {
        try {
            return parse(ByteString.copyFrom(bytes));
        } catch (InvalidProtocolBufferException e) {
            throw new StreamFailure(GrpcStatus.INVALID_ARGUMENT, "malformed discovery request: " + e.getMessage());
        }
    }

    abstract ClientRequest parse(ByteString bytes) throws InvalidProtocolBufferException;

    abstract byte[] write(ServerResponse response, ControlPlane controlPlane);

    private static @Nullable Node node(boolean present, Node node) {
        return present ? node : null;
    }

    /** The reason of a rejection, cut to a bearable length since it is kept and shown. */
    private static ClientRequest.@Nullable Rejection error(boolean present, Status status) {
        if (!present) {
            return null;
        }
        String message = status.getMessage();
        return new ClientRequest.Rejection(
                status.getCode(),
                message.length() <= LONGEST_ERROR ? message : message.substring(0, LONGEST_ERROR) + "...");
    }
}
