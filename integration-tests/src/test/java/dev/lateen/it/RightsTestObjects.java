package dev.lateen.it;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Good objects of all of Istio's kinds, for one revision, and bad ones. */
final class RightsTestObjects {
    /** All kinds; the last object is one that the API server takes and istiod refuses. No webhook is asked of it, for it names no revision. */
    static final String ALL = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: a, namespace: rights-shop, labels: {istio.io/rev: rights}}
        spec: {hosts: [a.example.org], http: [{route: [{destination: {host: a.example.org}}]}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: a, namespace: rights-shop, labels: {istio.io/rev: rights}}
        spec: {host: a.example.org}
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: a, namespace: rights-shop, labels: {istio.io/rev: rights}}
        spec: {selector: {istio: none}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: a, namespace: rights-shop, labels: {istio.io/rev: rights}}
        spec: {hosts: [a.example.org], ports: [{number: 443, name: tls, protocol: TLS}], resolution: DNS}
        ---
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: a, namespace: rights-shop, labels: {istio.io/rev: rights}}
        spec: {egress: [{hosts: ["*/*"]}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: a, namespace: rights-shop, labels: {istio.io/rev: rights}}
        spec: {address: 10.9.9.9, labels: {app: a}}
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadGroup
        metadata: {name: a, namespace: rights-shop, labels: {istio.io/rev: rights}}
        spec: {metadata: {labels: {app: a}}, template: {serviceAccount: default}}
        ---
        apiVersion: networking.istio.io/v1alpha3
        kind: EnvoyFilter
        metadata: {name: a, namespace: rights-shop, labels: {istio.io/rev: rights}}
        spec: {workloadSelector: {labels: {app: nobody}}, configPatches: [{applyTo: CLUSTER, patch: {operation: MERGE, value: {connect_timeout: 3s}}}]}
        ---
        apiVersion: networking.istio.io/v1beta1
        kind: ProxyConfig
        metadata: {name: a, namespace: rights-shop, labels: {istio.io/rev: rights}}
        spec: {concurrency: 1}
        ---
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: a, namespace: rights-shop, labels: {istio.io/rev: rights}}
        spec: {action: ALLOW, rules: [{}]}
        ---
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: a, namespace: rights-shop, labels: {istio.io/rev: rights}}
        spec: {mtls: {mode: PERMISSIVE}}
        ---
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {name: a, namespace: rights-shop, labels: {istio.io/rev: rights}}
        spec: {jwtRules: [{issuer: a, jwksUri: "https://a.example.org/keys"}]}
        ---
        apiVersion: telemetry.istio.io/v1
        kind: Telemetry
        metadata: {name: a, namespace: rights-shop, labels: {istio.io/rev: rights}}
        spec: {accessLogging: [{disabled: true}]}
        ---
        apiVersion: extensions.istio.io/v1alpha1
        kind: WasmPlugin
        metadata: {name: a, namespace: rights-shop, labels: {istio.io/rev: rights}}
        spec: {url: "oci://a.example.org/a:1", selector: {matchLabels: {app: nobody}}}
        ---
        apiVersion: extensions.istio.io/v1alpha1
        kind: TrafficExtension
        metadata: {name: a, namespace: rights-shop, labels: {istio.io/rev: rights}}
        spec: {lua: {inlineCode: "function envoy_on_request(h) end"}, selector: {matchLabels: {app: nobody}}}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: bad, namespace: rights-shop}
        spec: {hosts: [b.example.org], http: [{retries: {attempts: 2, retryOn: no-such-condition}, route: [{destination: {host: a}}]}]}
        """;

    /** It is to be injected, and can't be. */
    static final Pod POD = new PodBuilder()
            .withNewMetadata()
            .withName("not-injectable")
            .addToAnnotations("sidecar.istio.io/proxyCPU", "a-lot")
            .endMetadata()
            .withNewSpec()
            .addNewContainer()
            .withName("app")
            .withImage("lab.local/app:1")
            .endContainer()
            .endSpec()
            .build();

    /** Its pods are to be injected, and can't be. */
    static final ReplicaSet CONTROLLER = new ReplicaSetBuilder()
            .withNewMetadata()
            .withName("not-injectable")
            .endMetadata()
            .withNewSpec()
            .withReplicas(1)
            .withNewSelector()
            .addToMatchLabels("app", "not-injectable")
            .endSelector()
            .withNewTemplate()
            .withNewMetadata()
            .addToLabels("app", "not-injectable")
            .addToAnnotations(POD.getMetadata().getAnnotations())
            .endMetadata()
            .withSpec(POD.getSpec())
            .endTemplate()
            .endSpec()
            .build();

    private RightsTestObjects() {}

    static List<GenericKubernetesResource> read(KubernetesClient client) {
        return client.load(new ByteArrayInputStream(ALL.getBytes(StandardCharsets.UTF_8))).items().stream()
                .map(GenericKubernetesResource.class::cast)
                .toList();
    }
}
