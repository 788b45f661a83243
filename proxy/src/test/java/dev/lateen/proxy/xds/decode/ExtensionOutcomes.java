package dev.lateen.proxy.xds.decode;

import static dev.lateen.proxy.xds.decode.ResourceJson.HCM;
import static dev.lateen.proxy.xds.decode.ResourceJson.ROUTER;
import static dev.lateen.proxy.xds.decode.ResourceJson.filter;
import static dev.lateen.proxy.xds.decode.ResourceJson.listener;
import static dev.lateen.proxy.xds.decode.ResourceJson.manager;
import static dev.lateen.proxy.xds.decode.ResourceJson.with;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What becomes of whole extensions. */
final class ExtensionOutcomes {
    /** Envoy's filters, and those that Istio's control plane names. */
    private static final String EXTENSIONS = """
        http.adaptive_concurrency.v3.AdaptiveConcurrency http.admission_control.v3.AdmissionControl
        http.alternate_protocols_cache.v3.FilterConfig http.api_key_auth.v3.ApiKeyAuth http.aws_lambda.v3.Config
        http.aws_request_signing.v3.AwsRequestSigning http.bandwidth_limit.v3.BandwidthLimit http.basic_auth.v3.BasicAuth
        http.buffer.v3.Buffer http.buffer.v3.BufferPerRoute http.cache.v3.CacheConfig http.cdn_loop.v3.CdnLoopConfig
        http.composite.v3.Composite http.compressor.v3.Compressor http.compressor.v3.CompressorPerRoute
        http.connect_grpc_bridge.v3.FilterConfig http.credential_injector.v3.CredentialInjector http.csrf.v3.CsrfPolicy
        http.custom_response.v3.CustomResponse http.decompressor.v3.Decompressor http.dynamic_forward_proxy.v3.FilterConfig
        http.dynamic_modules.v3.DynamicModuleFilter http.ext_authz.v3.ExtAuthz http.ext_authz.v3.ExtAuthzPerRoute
        http.ext_proc.v3.ExternalProcessor http.ext_proc.v3.ExtProcPerRoute http.file_system_buffer.v3.FileSystemBufferFilterConfig
        http.gcp_authn.v3.GcpAuthnFilterConfig http.geoip.v3.Geoip http.golang.v3alpha.Config
        http.grpc_field_extraction.v3.GrpcFieldExtractionConfig http.grpc_http1_bridge.v3.Config
        http.grpc_http1_reverse_bridge.v3.FilterConfig http.grpc_json_transcoder.v3.GrpcJsonTranscoder http.grpc_web.v3.GrpcWeb
        http.gzip.v3.Gzip http.header_mutation.v3.HeaderMutation http.header_to_metadata.v3.Config http.health_check.v3.HealthCheck
        http.ip_tagging.v3.IPTagging http.json_to_metadata.v3.JsonToMetadata http.jwt_authn.v3.JwtAuthentication
        http.jwt_authn.v3.PerRouteConfig http.kill_request.v3.KillRequest http.local_ratelimit.v3.LocalRateLimit http.lua.v3.Lua
        http.lua.v3.LuaPerRoute http.oauth2.v3.OAuth2 http.on_demand.v3.OnDemand http.original_src.v3.OriginalSrc
        http.proto_message_extraction.v3.ProtoMessageExtractionConfig http.ratelimit.v3.RateLimit http.ratelimit.v3.RateLimitPerRoute
        http.rate_limit_quota.v3.RateLimitQuotaFilterConfig http.set_filter_state.v3.Config http.set_metadata.v3.Config
        http.stateful_session.v3.StatefulSession http.tap.v3.Tap http.wasm.v3.Wasm
        network.connection_limit.v3.ConnectionLimit network.direct_response.v3.Config network.echo.v3.Echo
        network.ext_authz.v3.ExtAuthz network.ext_proc.v3.NetworkExternalProcessor network.kafka_broker.v3.KafkaBroker
        network.local_ratelimit.v3.LocalRateLimit network.mongo_proxy.v3.MongoProxy network.mysql_proxy.v3.MySQLProxy
        network.ratelimit.v3.RateLimit network.redis_proxy.v3.RedisProxy network.set_filter_state.v3.Config
        network.sni_cluster.v3.SniCluster network.sni_dynamic_forward_proxy.v3.FilterConfig network.thrift_proxy.v3.ThriftProxy
        network.wasm.v3.Wasm network.zookeeper_proxy.v3.ZooKeeperProxy
        listener.http_inspector.v3.HttpInspector listener.local_ratelimit.v3.LocalRateLimit listener.original_dst.v3.OriginalDst
        listener.original_src.v3.OriginalSrc listener.proxy_protocol.v3.ProxyProtocol listener.set_filter_state.v3.Config
        listener.tls_inspector.v3.TlsInspector\
        """;

    private static final String OWN_EXTENSIONS = "istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig"
            + " istio.envoy.config.filter.http.authn.v2alpha1.FilterConfig io.istio.http.connect_authority.Config"
            + " some.Unknown";

    private ExtensionOutcomes() {}

    /** What becomes of extensions, by their type, in a listener that is good without them. @param root decodes listeners */
    static Map<String, String> of(FieldExplorer.Root root) {
        Map<String, String> outcomes = new TreeMap<>();
        String path = "filter_chains[0].filters[0].typed_config";
        for (String type : EXTENSIONS.split("\\s+")) {
            Map<String, Object> filter = filter("envoy.extensions.filters." + type, Map.of());
            Map<String, Object> listener = type.startsWith("http.")
                    ? listener(filter(HCM, manager(filter, FieldSamples.yaml(ROUTER))))
                    : type.startsWith("network.")
                            ? listener(filter, FieldSamples.yaml("TCP"))
                            : with(listener("filters: [TCP]"), "listener_filters", List.of(filter));
            outcomes.put("extension " + type, root.outcome(listener, path));
        }
        for (String type : OWN_EXTENSIONS.split("\\s+")) {
            outcomes.put(
                    "extension " + type,
                    root.outcome(
                            listener(filter(HCM, manager(filter(type, Map.of()), FieldSamples.yaml(ROUTER)))), path));
        }
        return outcomes;
    }
}
