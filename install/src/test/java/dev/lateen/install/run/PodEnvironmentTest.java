package dev.lateen.install.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class PodEnvironmentTest {
    private static final String POD = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data: {COLOR: red, SIZE: big}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: hidden}
        data: {PASSWORD: c2VjcmV0}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: p, labels: {app: web}}
        spec:
          serviceAccountName: sa
          containers:
          - name: c
            image: x
            envFrom: [{prefix: S_, configMapRef: {name: settings}}]
            env:
            - {name: PLAIN, value: v}
            - {name: COMBINED, value: "$(PLAIN)-$(S_COLOR)-$(UNKNOWN)-$$(PLAIN)"}
            - {name: PASSWORD, valueFrom: {secretKeyRef: {name: hidden, key: PASSWORD}}}
            - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
            - {name: APP, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
            - {name: ACCOUNT, valueFrom: {fieldRef: {fieldPath: spec.serviceAccountName}}}
            - {name: MISSING, valueFrom: {configMapKeyRef: {name: nope, key: x, optional: true}}}
        """;

    @Test
    void aContainersVariablesAreWhatKubernetesWouldMakeOfThem() {
        Manifests manifests = Yaml.read(POD);
        PodPlan pod = new PodDerivation().pods(manifests).getFirst();
        Map<String, String> environment =
                new PodEnvironment(manifests).of(pod, pod.containers().getFirst(), "127.1.0.9");
        assertThat(environment)
                .containsEntry("S_COLOR", "red")
                .containsEntry("COMBINED", "v-red-$(UNKNOWN)-$(PLAIN)")
                .containsEntry("PASSWORD", "secret")
                .containsEntry("IP", "127.1.0.9")
                .containsEntry("APP", "web")
                .containsEntry("ACCOUNT", "sa")
                .containsEntry("HOSTNAME", "p")
                .doesNotContainKey("MISSING");
    }

    @Test
    void whatAVariableRefersToAndIsNotThereIsNamed() {
        Manifests manifests = Yaml.read(POD.replace(", optional: true", ""));
        PodPlan pod = new PodDerivation().pods(manifests).getFirst();
        assertThat(new PodEnvironment(manifests).missing(pod, pod.containers().getFirst()))
                .isEqualTo("env MISSING: no ConfigMap " + pod.namespace() + "/nope with a key x");
        assertThat(new PodEnvironment(Yaml.read(POD))
                        .missing(pod, pod.containers().getFirst()))
                .isNotEmpty();
        PodPlan optional = new PodDerivation().pods(Yaml.read(POD)).getFirst();
        assertThat(new PodEnvironment(manifests)
                        .missing(optional, optional.containers().getFirst()))
                .isEmpty();
    }
}
