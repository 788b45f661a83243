package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.xds.proto.ProtoNode;
import java.util.List;

/** {@code envoy.config.core.v3.ConfigSource}. */
public final class ConfigSourceDecoder {
    private ConfigSourceDecoder() {}

    /** Routes and endpoints come over the aggregated stream. */
    public static void requireAds(ProtoNode node, String field, DecodeScope scope) {
        ProtoNode source = node.requiredMessage(field);
        scope.waitsFor(source);
        requireAds(source);
    }

    /** As do listeners and clusters; the proxy is not ready before they came. */
    public static void requireAds(ProtoNode source) {
        source.ignoring("initial_fetch_timeout", "resource_api_version");
        if (source.has("ads") || source.has("self")) {
            return;
        }
        for (String other : new String[] {"path_config_source", "path", "api_config_source"}) {
            if (source.has(other)) {
                throw source.error(other, "not supported here (accepted: ads)");
            }
        }
        throw source.error("config_source_specifier", "missing (accepted: ads)");
    }

    /** Where an {@code SdsSecretConfig} is asked for. */
    static SecretReference secret(ProtoNode node, DecodeScope scope) {
        String name = node.required("name");
        ProtoNode source = node.message("sds_config");
        if (source == null) {
            return new SecretReference(name, SecretReference.STATIC);
        }
        scope.waitsFor(source);
        source.ignoring("resource_api_version");
        if (source.has("ads") || source.has("self")) {
            return new SecretReference(name, SecretReference.ADS);
        }
        ProtoNode api = source.message("api_config_source");
        if (api == null) {
            throw source.error(
                    "config_source_specifier", "missing or not supported (accepted: ads, api_config_source with gRPC)");
        }
        return new SecretReference(name, grpcCluster(api));
    }

    /** The cluster of an {@code ApiConfigSource}'s first gRPC service. */
    public static String grpcCluster(ProtoNode api) {
        api.ignoring(
                "transport_api_version",
                "set_node_on_first_message_only",
                "request_timeout",
                "rate_limit_settings",
                "refresh_delay");
        String type = api.choice("api_type");
        if (!type.equals("GRPC") && !type.equals("DELTA_GRPC")) {
            throw api.unsupported("api_type", type, "GRPC, DELTA_GRPC");
        }
        List<ProtoNode> services = api.messages("grpc_services");
        if (services.size() != 1) {
            throw api.error("grpc_services", services.size() + " entries (accepted: one)");
        }
        ProtoNode service = services.getFirst().ignoring("timeout");
        ProtoNode envoy = service.message("envoy_grpc");
        if (envoy == null) {
            throw service.error("target_specifier", "no envoy_grpc (accepted: envoy_grpc with a static cluster)");
        }
        return envoy.ignoring("authority", "max_receive_message_length", "skip_envoy_headers", "retry_policy")
                .required("cluster_name");
    }
}
