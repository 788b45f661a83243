package dev.lateen.install.run;

import dev.lateen.api.yaml.Problem;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the user's files say about workloads.
 *
 * @param resources the Kubernetes resources that make pods and their surroundings, in the order they were read
 * @param gateways Istio's Gateways, as far as their ports matter here
 * @param problems what could not be read; a resource with a problem is not among the others
 * @param workloadProblems those of them that istiod doesn't look for
 */
record Manifests(
        List<HasMetadata> resources,
        List<GatewayPorts> gateways,
        List<Problem> problems,
        List<Problem> workloadProblems) {
    /** Copies the lists. */
    Manifests {
        resources = List.copyOf(resources);
        gateways = List.copyOf(gateways);
        problems = List.copyOf(problems);
        workloadProblems = List.copyOf(workloadProblems);
    }

    <T extends HasMetadata> Stream<T> of(Class<T> kind) {
        return resources.stream().filter(kind::isInstance).map(kind::cast);
    }

    /**
     * A Gateway's servers.
     *
     * @param selector the labels of the gateway pods it is for
     * @param servers its servers, in order
     */
    record GatewayPorts(Map<String, String> selector, List<Server> servers) {}

    /** The problems for which a file is refused, a line each; warnings are not among them. */
    List<String> refusals() {
        return problems.stream().filter(Problem::isError).map(Problem::toString).toList();
    }

    /** One server of a Gateway. */
    record Server(int port, String protocol) {
        boolean isPlainHttp() {
            return protocol.equals("HTTP") || protocol.equals("HTTP2") || protocol.equals("GRPC");
        }
    }
}
