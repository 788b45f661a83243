package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.crd.CustomResourceDefinitions;
import dev.lateen.api.yaml.Documents;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** With our definitions, {@code kubectl get} shows what it shows with Istio's: the API server itself makes the table, and is asked for it as kubectl asks. */
class PrinterColumnsTest {
    private static final String OBJECTS = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: reviews, namespace: tables}
        spec: {hosts: [reviews.example.org], gateways: [edge], http: [{route: [{destination: {host: reviews}}]}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: outside, namespace: tables}
        spec: {hosts: [api.example.org], location: MESH_EXTERNAL, ports: [{number: 443, name: tls, protocol: TLS}], resolution: DNS}
        ---
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: strict, namespace: tables}
        spec: {mtls: {mode: STRICT}}
        """;

    /** A version of a kind, and the columns of Istio's definition of it. */
    private record Kind(String group, String version, String plural, List<String> columns) {}

    @BeforeAll
    static void define() throws Exception {
        KubeCluster cluster = KubeCluster.shared();
        cluster.namespace("tables");
        cluster.apply(CustomResourceDefinitions.yaml());
        cluster.apply(OBJECTS);
    }

    @AfterAll
    static void clean() throws Exception {
        KubeCluster.shared().delete(OBJECTS);
    }

    static Stream<Kind> kinds() throws Exception {
        String istio = Files.readString(Project.shared("istio/crds/istio-1.31.yaml"));
        List<Kind> kinds = new ArrayList<>();
        for (JsonNode definition : Documents.read("istio-1.31.yaml", istio)) {
            JsonNode spec = definition.path("spec");
            for (JsonNode version : spec.path("versions")) {
                List<String> columns = new ArrayList<>(List.of("Name"));
                version.path("additionalPrinterColumns")
                        .forEach(column -> columns.add(column.path("name").asString()));
                if (columns.size() == 1) {
                    columns.add("Age");
                }
                kinds.add(new Kind(
                        spec.path("group").asString(),
                        version.path("name").asString(),
                        spec.path("names").path("plural").asString(),
                        columns));
            }
        }
        return kinds.stream();
    }

    private static JsonNode table(String group, String version, String plural) throws Exception {
        var client = KubeCluster.shared().client().getHttpClient();
        HttpResponse<String> answer = client.sendAsync(
                        client.newHttpRequestBuilder()
                                .uri(KubeCluster.shared().client().getMasterUrl() + "apis/" + group + "/" + version
                                        + "/namespaces/tables/" + plural)
                                .header("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
                                .build(),
                        String.class)
                .get(1, TimeUnit.MINUTES);
        assertThat(answer.code()).as(plural).isEqualTo(200);
        JsonNode table = JsonMapper.shared().readTree(answer.body());
        assertThat(table.path("kind").asString()).isEqualTo("Table");
        return table;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void eachKindHasIstiosColumns(Kind kind) throws Exception {
        List<String> columns = new ArrayList<>();
        table(kind.group(), kind.version(), kind.plural())
                .path("columnDefinitions")
                .forEach(column -> columns.add(column.path("name").asString()));
        assertThat(columns).isEqualTo(kind.columns());
    }

    /** The cells of the only row, without the age. */
    private static List<String> cells(String group, String plural) throws Exception {
        List<String> cells = new ArrayList<>();
        JsonNode rows = table(group, "v1", plural).path("rows");
        assertThat(rows).hasSize(1);
        rows.path(0).path("cells").forEach(cell -> cells.add(cell.asString()));
        return cells.subList(0, cells.size() - 1);
    }

    @Test
    void theColumnsShowWhatIsWritten() throws Exception {
        assertThat(cells("networking.istio.io", "virtualservices"))
                .containsExactly("reviews", "[\"edge\"]", "[\"reviews.example.org\"]");
        assertThat(cells("networking.istio.io", "serviceentries"))
                .containsExactly("outside", "[\"api.example.org\"]", "MESH_EXTERNAL", "DNS");
        assertThat(cells("security.istio.io", "peerauthentications")).containsExactly("strict", "STRICT");
    }
}
