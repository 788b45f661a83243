package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our proxy at Envoy's place: started by the words that Istio's pilot-agent starts Envoy with, from a directory of the agent's. */
class EnvoyLauncherTest {
    private static final List<String> PILOT_AGENT = List.of(
            "-c",
            "etc/istio/proxy/envoy-rev.json",
            "--drain-time-s",
            "5",
            "--drain-strategy",
            "immediate",
            "--local-address-ip-version",
            "v4",
            "--file-flush-interval-msec",
            "1000",
            "--disable-hot-restart",
            "--allow-unknown-static-fields",
            "-l",
            "warning",
            "--component-log-level",
            "misc:error",
            "--skip-deprecated-logs",
            "--concurrency",
            "1");
    private static final String BOOTSTRAP = """
        {"node": {"id": "sidecar~10.0.0.1~a.b~b.svc.cluster.local", "cluster": "a.b", "locality": {"zone": "z"}},
         "bootstrap_extensions": [{"name": "metadata_discovery", "typed_config": {
           "@type": "type.googleapis.com/udpa.type.v1.TypedStruct",
           "type_url": "type.googleapis.com/istio.workload.BootstrapExtension",
           "value": {"config_source": {"ads": {}}}}}],
         "of_another_release": true,
         "admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}}},
         "static_resources": {"listeners": [{"name": "l",
           "address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}},
           "filter_chains": [{"filters": [{"name": "hcm", "typed_config": {
             "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
             "stat_prefix": "s",
             "route_config": {"virtual_hosts": [{"name": "v", "domains": ["*"], "routes": [
               {"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": "hello"}}}]}]},
             "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {
               "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}}]}]}]}}
        """;

    @TempDir
    Path directory;

    @Test
    void pilotAgentsWordsStartItAndATermEndsItInOrder() throws Exception {
        int admin = Ports.free();
        int listener = Ports.free();
        write(BOOTSTRAP.formatted(admin, listener));
        try (Running envoy = start(PILOT_AGENT);
                Web web = Web.direct()) {
            Awaitility.await()
                    .atMost(Patience.OF_A_START)
                    .failFast(() -> assertThat(envoy.alive()).as(envoy.output()).isTrue())
                    .ignoreExceptions()
                    .until(() -> web.get("http://127.0.0.1:" + admin + "/ready").statusCode() == 200);
            assertThat(web.get("http://127.0.0.1:" + listener + "/").body()).isEqualTo("hello");
            JsonObject info = new JsonObject(
                    web.get("http://127.0.0.1:" + admin + "/server_info").body());
            assertThat(info.getString("state")).isEqualTo("LIVE");
            assertThat(info.getJsonObject("command_line_options").getMap())
                    .containsEntry("concurrency", 1)
                    .containsEntry("drain_time", "5s")
                    .containsEntry("drain_strategy", "Immediate");
            new ProcessBuilder("kill", "-HUP", Long.toString(envoy.pid()))
                    .start()
                    .waitFor();
            new ProcessBuilder("kill", "-USR1", Long.toString(envoy.pid()))
                    .start()
                    .waitFor();
            assertThat(web.get("http://127.0.0.1:" + listener + "/").body()).isEqualTo("hello");
            envoy.terminate();
            assertThat(envoy.awaitExit(Patience.OF_A_START)).isZero();
            assertThat(envoy.output().lines().filter(line -> !line.startsWith("meshctl: preparing")))
                    .allMatch(line -> line.contains("\twarn\t"));
        }
    }

    @Test
    void itsExitCodesAndSentencesAreForWhoStartsEnvoy() throws Exception {
        write(BOOTSTRAP.formatted(Ports.free(), Ports.free()));
        List<String> validate = new ArrayList<>(PILOT_AGENT);
        validate.addAll(List.of("--mode", "validate", "--config-yaml", "{node: {id: other}}"));
        assertEnds(0, "configuration 'etc/istio/proxy/envoy-rev.json' OK", validate);
        assertEnds(0, "envoy  version: lateen/", List.of("--version"));
        assertEnds(1, "envoy: --drain: unknown option", List.of("-c", "x", "--drain"));
        assertEnds(1, "envoy: nowhere.json: no such file", List.of("-c", "nowhere.json"));
        assertEnds(1, "of_another_release: unknown field", List.of("-c", "etc/istio/proxy/envoy-rev.json"));
    }

    /** Classes that nobody needs are the dearest thing in a small process: reading resources of the mesh, for settings that nobody gave, was half of a start and 16 MB. */
    @Test
    void aSidecarWithoutSettingsLoadsNoReaderOfResources() throws Exception {
        int listener = Ports.free();
        Path file = directory.resolve("sidecar.yaml");
        Files.writeString(
                file, BOOTSTRAP.formatted(Ports.free(), listener).replace("\"of_another_release\": true,", ""));
        Path loaded = directory.resolve("loaded");
        // Without the cache: with it all is there from the start that its rehearsal, which has settings, ever asked
        // for.
        Map<String, String> environment = Map.of(
                "PROXY_CONFIG", "{}", "MESHCTL_JAVA_OPTS", "-XX:AOTMode=off -Xlog:class+load=info:file=" + loaded);
        String meshctl = Project.root().resolve("meshctl").toString();
        try (Running proxy = Running.start(
                        "proxy", List.of(meshctl, "proxy", "-c", file.toString()), environment, directory);
                Web web = Web.direct()) {
            Awaitility.await()
                    .atMost(Patience.OF_A_START)
                    .failFast(() -> assertThat(proxy.alive()).as(proxy.output()).isTrue())
                    .ignoreExceptions()
                    .until(() ->
                            web.get("http://127.0.0.1:" + listener + "/").body().equals("hello"));
            List<String> classes = Files.readAllLines(loaded);
            assertThat(classes).anyMatch(line -> line.contains(" dev.lateen.proxy.Proxy "));
            assertThat(classes).noneMatch(line -> line.contains(" dev.lateen.api.yaml."));
        }
    }

    private void assertEnds(int code, String saying, List<String> arguments) throws Exception {
        try (Running envoy = start(arguments)) {
            assertThat(envoy.awaitExit(Patience.OF_A_START)).as(envoy.output()).isEqualTo(code);
            Awaitility.await()
                    .atMost(Patience.OF_A_CHANGE)
                    .untilAsserted(() -> assertThat(envoy.output()).contains(saying));
        }
    }

    private Running start(List<String> arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(Project.root().resolve("envoy").toString()));
        command.addAll(arguments);
        return Running.start("envoy", command, Map.of(), directory);
    }

    private void write(String bootstrap) throws Exception {
        Path file = directory.resolve("etc/istio/proxy/envoy-rev.json");
        Files.createDirectories(file.getParent());
        Files.writeString(file, bootstrap);
    }
}
