package dev.lateen.api.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.Shared;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IstioFilesTest {
    /** Samples that are no resources, by the end of their name, and what they are. */
    private static final Map<String, String> NO_RESOURCES = Map.of(
            "bookinfo/swagger.yaml", "the OpenAPI description of the application",
            "spire-trust-domain-federation/spire-base.yaml", "values of a Helm chart",
            "spire-trust-domain-federation/spire-east.yaml", "values of a Helm chart",
            "spire-trust-domain-federation/spire-west.yaml", "values of a Helm chart",
            "bookinfo/demo-profile-no-gateways.yaml", "IstioOperator, the input of istioctl install",
            "open-telemetry/loki/iop.yaml", "IstioOperator, the input of istioctl install",
            "spire/istio-spire-config.yaml", "IstioOperator, the input of istioctl install");

    private final ResourceReader reader = new ResourceReader();

    @Test
    void everyMinimalObjectIsAccepted() {
        for (Path file : Shared.yamlBelow("valid")) {
            Reading reading = reader.read(file.toString(), Shared.text(file));
            assertThat(reading.problems()).as(file.toString()).isEmpty();
            assertThat(reading.resources()).as(file.toString()).hasSize(1);
        }
    }

    @Test
    void assortedConfigurationIsAccepted() {
        assertThat(errorsBelow("config")).isEmpty();
    }

    @Test
    void samplesAreAccepted() {
        assertThat(errorsBelow("samples")).isEmpty();
    }

    @Test
    void inputsOfIstiosOwnTestsAreAccepted() {
        List<Problem> errors = new ArrayList<>();
        for (String folder : List.of("gateway-api", "inject", "xds")) {
            errors.addAll(errorsBelow(folder));
        }
        for (Path file : Shared.yamlBelow("authz")) {
            // The others are what comes out: Envoy's words.
            if (file.toString().endsWith("-in.yaml")) {
                errors.addAll(errors(file));
            }
        }
        assertThat(errors).isEmpty();
    }

    @Test
    void namedExceptionsAreReallyRefused() {
        for (Path file : Shared.yamlBelow("samples")) {
            if (NO_RESOURCES.keySet().stream().anyMatch(file.toString()::endsWith)) {
                assertThat(errors(file)).as(file.toString()).isNotEmpty();
            }
        }
    }

    @Test
    void resourcesOfOtherGroupsAreHandedOnAsTheyAre() {
        Path file = Shared.istio("samples/bookinfo/platform/kube/bookinfo.yaml");
        Reading reading = reader.read("bookinfo.yaml", Shared.text(file));
        assertThat(reading.resources()).isEmpty();
        assertThat(reading.documents())
                .extracting(RawDocument::kind)
                .contains("Service", "ServiceAccount", "Deployment");
        RawDocument details = reading.documents().getFirst();
        assertThat(details.name()).isEqualTo("details");
        assertThat(details.node().at("/spec/ports/0/port").intValue()).isEqualTo(9080);
    }

    private List<Problem> errors(Path file) {
        return reader.read(file.toString(), Shared.text(file)).problems().stream()
                .filter(Problem::isError)
                .toList();
    }

    private List<Problem> errorsBelow(String folder) {
        List<Problem> errors = new ArrayList<>();
        for (Path file : Shared.yamlBelow(folder)) {
            if (NO_RESOURCES.keySet().stream().noneMatch(file.toString()::endsWith)) {
                errors.addAll(errors(file));
            }
        }
        return errors;
    }
}
