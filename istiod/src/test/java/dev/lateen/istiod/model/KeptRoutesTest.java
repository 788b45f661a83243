package dev.lateen.istiod.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.yaml.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A route that worked stays as it was while a subset that it names is missing, and this is told. */
class KeptRoutesTest {
    private static final String SERVICE = """
        apiVersion: v1
        kind: Service
        metadata: {name: reviews}
        spec: {ports: [{name: http, port: 9080}]}
        """;

    private static String route(String subset) {
        return """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: route}
            spec: {hosts: [reviews], http: [{route: [{destination: {host: reviews, subset: %s}}]}]}
            """.formatted(subset);
    }

    private static String rule(String... subsets) {
        return """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: rule}
            spec: {host: reviews, subsets: [%s]}
            """.formatted(String.join(
                ", ",
                List.of(subsets).stream()
                        .map(s -> "{name: " + s + ", labels: {version: " + s + "}}")
                        .toList()));
    }

    private static String subset(MeshSnapshot mesh) {
        return mesh.all(VirtualService.class)
                .getFirst()
                .spec()
                .http()
                .getFirst()
                .action()
                .route()
                .getFirst()
                .destination()
                .subset();
    }

    private static List<String> subsets(MeshSnapshot mesh) {
        return mesh.all(dev.lateen.api.networking.DestinationRule.class).stream()
                .flatMap(r -> r.spec().subsets().stream())
                .map(s -> s.name())
                .toList();
    }

    private static List<String> told(MeshSnapshot mesh) {
        return mesh.problems().stream().map(Problem::toString).toList();
    }

    @Test
    void anEditToASubsetThatIsNotThereLeavesTheRouteAsItWas() {
        MeshSnapshot first = TestMesh.of(SERVICE, rule("v1"), route("v1"));
        MeshSnapshot edited = TestMesh.then(first, SERVICE, rule("v1"), route("v9"));
        assertThat(subset(edited)).isEqualTo("v1");
        assertThat(told(edited))
                .singleElement()
                .asString()
                .contains("VirtualService default/route", "stays in force as it last worked", "subset 'v9' of reviews");

        MeshSnapshot there = TestMesh.then(edited, SERVICE, rule("v1", "v9"), route("v9"));
        assertThat(subset(there)).isEqualTo("v9");
        assertThat(told(there)).isEmpty();
    }

    @Test
    void aSubsetStaysForAsLongAsARouteThatWorkedNamesIt() {
        MeshSnapshot first = TestMesh.of(SERVICE, rule("v1"), route("v1"));
        MeshSnapshot narrowed = TestMesh.then(first, SERVICE, rule("v2"), route("v1"));
        assertThat(subsets(narrowed)).containsExactly("v2", "v1");
        assertThat(told(narrowed))
                .singleElement()
                .asString()
                .contains("DestinationRule default/rule", "subset 'v1'", "VirtualService default/route");

        MeshSnapshot gone = TestMesh.then(narrowed, SERVICE, route("v1"));
        assertThat(subsets(gone)).contains("v1");
        MeshSnapshot later = TestMesh.then(gone, SERVICE, route("v1"));
        assertThat(subsets(later)).contains("v1");
        assertThat(told(later)).isEqualTo(told(gone)).isNotEmpty();

        MeshSnapshot free = TestMesh.then(later, SERVICE);
        assertThat(subsets(free)).isEmpty();
        assertThat(told(free)).isEmpty();
    }

    @Test
    void aRouteThatNeverWorkedIsWhatItSays() {
        MeshSnapshot first = TestMesh.of(SERVICE, rule("v1"), route("v9"));
        assertThat(subset(first)).isEqualTo("v9");
        MeshSnapshot second = TestMesh.then(first, SERVICE, rule("v1"), route("v8"));
        assertThat(subset(second)).isEqualTo("v8");
        assertThat(subsets(second)).containsExactly("v1");
    }
}
