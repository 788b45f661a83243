package dev.lateen.istiod.translate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import dev.lateen.api.schema.Shows;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.translate.listener.AccessLogs;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.trace.v3.ZipkinConfig;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Telemetry resources and mesh config, and what proxies log, count and trace for them. */
class TelemetryTranslationTest {
    private static final String WEB = """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: default}
        spec: {selector: {app: web}, ports: [{name: http, port: 8000}]}
        """;
    private static final ProxyNode NODE = Mesh.node(
            ProxyNode.Role.SIDECAR, "web-1", "default", "127.1.0.1", "lateen", Map.of("app", "web"), Map.of());
    private static final String PROVIDERS = """
        extensionProviders:
        - {name: own, envoyFileAccessLog: {path: /own.log, logFormat: {text: "%RESPONSE_CODE%"}}}
        - {name: plain, envoyFileAccessLog: {path: /plain.log}}
        - {name: json, envoyFileAccessLog: {path: /json.log, logFormat: {labels: {path: "%REQ_WITHOUT_QUERY(:PATH)%"}}}}
        """;

    private static String telemetry(String name, String namespace, String spec) {
        return """
            ---
            apiVersion: telemetry.istio.io/v1
            kind: Telemetry
            metadata: {name: %s, namespace: %s}
            spec: %s
            """.formatted(name, namespace, spec);
    }

    private static HttpConnectionManager manager(Mesh mesh, String listener) {
        return mesh.listener(NODE, listener).getFilterChainsList().stream()
                .filter(c -> c.getName().equals("0.0.0.0_8000") || listener.startsWith("0.0.0.0"))
                .filter(c -> c.getFilters(c.getFiltersCount() - 1).getName().contains("http_connection_manager"))
                .map(Mesh::manager)
                .findFirst()
                .orElseThrow();
    }

    private static HttpConnectionManager inbound(String mesh, String... resources) {
        return manager(Mesh.with(mesh, WEB + String.join("", resources)), "virtualInbound");
    }

    private static HttpConnectionManager outbound(String mesh, String... resources) {
        return manager(Mesh.with(mesh, WEB + String.join("", resources)), "0.0.0.0_8000");
    }

    private static List<String> paths(HttpConnectionManager manager) {
        return manager.getAccessLogList().stream().map(l -> file(l).getPath()).toList();
    }

    private static FileAccessLog file(AccessLog log) {
        return Mesh.unpack(log.getTypedConfig(), FileAccessLog.class);
    }

    @Shows("Telemetry.accessLogging.providers")
    @Test
    void severalProvidersLogBesideEachOther() {
        assertThat(paths(inbound(
                        PROVIDERS,
                        telemetry(
                                "t",
                                "default",
                                "{accessLogging: [{providers: [{name: own}]}, {providers: [{name: json}]}]}"))))
                .containsExactly("/json.log", "/own.log");
    }

    @Shows({"Telemetry.accessLogging.match", "Telemetry.accessLogging.disabled"})
    @Test
    void oneSideMayLogWhereTheOtherDoesNot() {
        String client =
                telemetry("t", "default", "{accessLogging: [{match: {mode: CLIENT}, providers: [{name: own}]}]}");
        assertThat(paths(outbound(PROVIDERS, client))).containsExactly("/own.log");
        assertThat(paths(inbound(PROVIDERS, client))).isEmpty();
    }

    @Test
    void aNamespaceSwitchesOffWhatTheMeshSwitchedOn() {
        String on = telemetry("mesh", "istio-system", "{accessLogging: [{providers: [{name: own}, {name: json}]}]}");
        String off = telemetry("quiet", "default", "{accessLogging: [{disabled: true}]}");
        assertThat(paths(inbound(PROVIDERS, on, off))).isEmpty();
        String one = telemetry(
                "one",
                "default",
                "{accessLogging: [{providers: [{name: own}], disabled: true}, {providers: [{name: json}]}]}");
        assertThat(paths(inbound(PROVIDERS, on, one))).containsExactly("/json.log");
    }

    @Shows("Telemetry.accessLogging.filter")
    @Test
    void aFilterSaysWhichRequestsAreLogged() {
        AccessLog log = inbound(
                        PROVIDERS,
                        telemetry(
                                "t",
                                "default",
                                "{accessLogging: [{providers: [{name: own}], filter: {expression: response.code >="
                                        + " 400}}]}"))
                .getAccessLog(0);
        assertThat(Mesh.unpack(log.getFilter().getExtensionFilter().getTypedConfig(), ExpressionFilter.class)
                        .getExpression())
                .isEqualTo("response.code >= 400");
    }

    @Shows("MeshConfig.extensionProviders.envoyFileAccessLog.logFormat")
    @Test
    void everyLineEndsAndAProvidersFormatIsItsOwn() {
        String mesh = PROVIDERS + "accessLogFormat: mesh\n";
        String all = telemetry(
                "t", "default", "{accessLogging: [{providers: [{name: own}, {name: plain}, {name: envoy}]}]}");
        List<String> formats = inbound(mesh, all).getAccessLogList().stream()
                .map(l -> file(l).getLogFormat().getTextFormatSource().getInlineString())
                .toList();
        assertThat(formats).containsExactly("mesh\n", "%RESPONSE_CODE%\n", AccessLogs.TEXT);
    }

    @Test
    void aPathWithoutQueryNeedsItsFormatter() {
        FileAccessLog log =
                file(inbound(PROVIDERS, telemetry("t", "default", "{accessLogging: [{providers: [{name: json}]}]}"))
                        .getAccessLog(0));
        assertThat(log.getLogFormat().getFormatters(0).getName()).isEqualTo("envoy.formatter.req_without_query");
    }

    @Shows({"MeshConfig.accessLogEncoding", "MeshConfig.accessLogFormat"})
    @Test
    void theMeshsJsonFormatIsTakenAsJson() {
        FileAccessLog log = file(inbound("""
            accessLogFile: /dev/stdout
            accessLogEncoding: JSON
            accessLogFormat: '{"code": "%RESPONSE_CODE%"}'
            """).getAccessLog(0));
        assertThat(log.getLogFormat().getJsonFormat().getFieldsMap()).containsOnlyKeys("code");
    }

    private static List<String> filters(HttpConnectionManager manager) {
        return manager.getHttpFiltersList().stream().map(HttpFilter::getName).toList();
    }

    @Shows({"Telemetry.metrics.overrides.disabled", "Telemetry.metrics.overrides.match", "Telemetry.metrics.providers"})
    @Test
    void metricsCanBeSwitchedOffOnOneSide() {
        String off = telemetry(
                "t",
                "default",
                "{metrics: [{overrides: [{match: {metric: ALL_METRICS, mode: SERVER}, disabled: true}]}]}");
        assertThat(filters(inbound("{}", off))).doesNotContain("istio.stats");
        assertThat(filters(outbound("{}", off))).contains("istio.stats");
        String again = telemetry(
                "w",
                "default",
                "{selector: {matchLabels: {app: web}}, metrics: [{overrides: [{match: {metric: REQUEST_COUNT},"
                        + " disabled: false}]}]}");
        assertThat(filters(inbound("{}", off, again)))
                .as("the workload's own word is the last")
                .contains("istio.stats");
    }

    @Shows({"Telemetry.metrics.overrides.tagOverrides", "Telemetry.selector"})
    @Test
    void labelsOfAMetricAreMergedFromAllResources() {
        String mesh = telemetry("mesh", "istio-system", """
            {metrics: [{overrides: [{match: {metric: REQUEST_COUNT}, tagOverrides: {a: {value: request.method}}}]}]}\
            """);
        String own = telemetry("own", "default", """
            {metrics: [{overrides: [{match: {metric: REQUEST_COUNT}, tagOverrides: {response_flags: {operation: REMOVE}}}]}]}\
            """);
        String config = inbound("{}", mesh, own).getHttpFiltersList().stream()
                .filter(f -> f.getName().equals("istio.stats"))
                .findFirst()
                .orElseThrow()
                .getTypedConfig()
                .getValue()
                .toStringUtf8();
        assertThat(config).contains("requests_total", "request.method", "response_flags", "tags_to_remove");
    }

    @Test
    void tracingWithoutAProviderIsOff() {
        assertThat(inbound("{}").hasTracing()).as("context is passed on").isTrue();
        assertThat(inbound("{}", telemetry("t", "default", "{tracing: [{randomSamplingPercentage: 50}]}"))
                        .hasTracing())
                .isFalse();
        assertThat(inbound("enableTracing: false").hasTracing()).isFalse();
    }

    @Shows("MeshConfig.defaultConfig.tracing")
    @Test
    void theOldWayToNameACollectorStillHolds() {
        String collector = """
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: zipkin, namespace: istio-system}
            spec: {selector: {app: zipkin}, ports: [{name: http, port: 9411}]}
            """;
        HttpConnectionManager manager = inbound(
                "defaultConfig: {tracing: {zipkin: {address: \"zipkin.istio-system.svc.cluster.local:9411\"},"
                        + " sampling: 10, maxPathTagLength: 99}}",
                collector);
        assertThat(manager.getTracing().getProvider().getName()).isEqualTo("envoy.tracers.zipkin");
        assertThat(manager.getTracing().getRandomSampling().getValue()).isEqualTo(10);
        assertThat(manager.getTracing().getMaxPathTagLength().getValue()).isEqualTo(99);
    }

    @Test
    void labelsOfALogKeepTheirShape() {
        String mesh = """
            extensionProviders:
            - name: nested
              envoyFileAccessLog:
                path: /nested.log
                omitEmptyValues: true
                logFormat: {labels: {request: {path: "%REQ_WITHOUT_QUERY(:PATH)%", n: 1}, list: ["%PROTOCOL%", true]}}
            """;
        FileAccessLog log =
                file(inbound(mesh, telemetry("t", "default", "{accessLogging: [{providers: [{name: nested}]}]}"))
                        .getAccessLog(0));
        Struct json = log.getLogFormat().getJsonFormat();
        assertThat(log.getLogFormat().getOmitEmptyValues()).isTrue();
        assertThat(log.getLogFormat().getFormattersList()).hasSize(1);
        assertThat(json.getFieldsOrThrow("request")
                        .getStructValue()
                        .getFieldsOrThrow("n")
                        .getNumberValue())
                .isEqualTo(1);
        assertThat(json.getFieldsOrThrow("list").getListValue().getValues(0).getStringValue())
                .isEqualTo("%PROTOCOL%");
        assertThat(json.getFieldsOrThrow("list").getListValue().getValues(1).getBoolValue())
                .isTrue();
    }

    @Test
    void aCollectorMayAskForW3cHeadersAndTheMeshForNoTagsOfIstio() {
        String mesh = """
            defaultConfig: {tracing: {enableIstioTags: false}}
            extensionProviders:
            - name: zipkin
              zipkin: {service: web.default.svc.cluster.local, port: 8000, traceContextOption: USE_B3_WITH_W3C_PROPAGATION}
            defaultProviders: {tracing: [zipkin]}
            """;
        HttpConnectionManager.Tracing tracing = inbound(mesh).getTracing();
        assertThat(Mesh.unpack(tracing.getProvider().getTypedConfig(), ZipkinConfig.class)
                        .getUnknownFields()
                        .getField(8)
                        .getVarintList())
                .as("trace_context_option: USE_B3_WITH_W3C_PROPAGATION")
                .containsExactly(1L);
        assertThat(tracing.getCustomTagsList()).noneMatch(tag -> tag.getTag().equals("istio.mesh_id"));
    }
}
