package dev.lateen.istiod.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.resource.Resource;
import dev.lateen.api.schema.Shows;
import dev.lateen.api.security.AuthorizationPolicy;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.model.Authorization;
import dev.lateen.istiod.translate.policy.ActionPolicies;
import dev.lateen.istiod.translate.tls.TrustDomains;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The RBAC filters that Istio makes of AuthorizationPolicies, and ours, as protobufs. */
class IstioAuthorizationTest {
    // Written for Envoys before 1.11, which had no case-insensitive string match; all that is left have one.
    private static final Set<String> FOR_OLD_ENVOY = Set.of("allow-host-before-111");

    static Stream<String> cases() throws IOException {
        Path folder = Mesh.shared().resolve("istio/authz");
        if (!Files.isDirectory(folder)) {
            return Stream.empty();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all
                    .map(f -> f.getFileName().toString())
                    .filter(f -> f.endsWith("-in.yaml"))
                    .map(f -> f.substring(0, f.length() - "-in.yaml".length()))
                    .filter(f -> !FOR_OLD_ENVOY.contains(f))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @Shows({"AuthorizationPolicy.rules", "AuthorizationPolicy.action"})
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("cases")
    void filtersAreIstios(String name) {
        Path folder = Mesh.shared().resolve("istio/authz");
        Authorization policies = Authorization.of(policies(Mesh.read(folder.resolve(name + "-in.yaml"))));
        // The case with aliases is Istio's own test of a mesh with the trust domain td1 that was cluster.local.
        List<String> domains = name.contains("td-aliases") ? List.of("td1", "cluster.local") : List.of("cluster.local");
        ActionPolicies rbac = new ActionPolicies(new TrustDomains(domains));
        List<JsonNode> actual = new ArrayList<>();
        rbac.rules(policies.audit(), RBAC.Action.LOG, false).ifPresent(r -> actual.add(XdsTree.tree(r.http())));
        rbac.rules(policies.deny(), RBAC.Action.DENY, false).ifPresent(r -> actual.add(XdsTree.tree(r.http())));
        rbac.rules(policies.allow(), RBAC.Action.ALLOW, false).ifPresent(r -> actual.add(XdsTree.tree(r.http())));
        List<JsonNode> expected = expected(Mesh.read(folder.resolve(name + "-out.yaml")));
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(XdsTree.differences("", expected.get(i), actual.get(i))).isEmpty();
        }
    }

    private static List<Resource<AuthorizationPolicy>> policies(String yaml) {
        List<Resource<AuthorizationPolicy>> policies = new ArrayList<>();
        new ResourceReader()
                .read("policies.yaml", yaml)
                .resources()
                .forEach(r -> r.as(AuthorizationPolicy.class).ifPresent(policies::add));
        return policies;
    }

    private static List<JsonNode> expected(String yaml) {
        List<JsonNode> filters = new ArrayList<>();
        for (String document : yaml.split("(?m)^---\\s*$", -1)) {
            JsonNode filter = new YAMLMapper().readTree(document);
            if (filter != null && filter.has("typedConfig")) {
                ObjectNode config = (ObjectNode) filter.path("typedConfig").deepCopy();
                config.remove("@type");
                filters.add(
                        XdsTree.tree(config, io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC.newBuilder()));
            }
        }
        return filters;
    }
}
