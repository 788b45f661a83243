package dev.lateen.injector;

import static dev.lateen.injector.Pods.APPLICATION;
import static dev.lateen.injector.Pods.annotation;
import static dev.lateen.injector.Pods.container;
import static dev.lateen.injector.Pods.injected;
import static dev.lateen.injector.Pods.pod;
import static dev.lateen.injector.Pods.proxy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.api.schema.Shows;
import dev.lateen.injector.settings.HelmValues;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Templates that users write beside the built-in ones, or in their place. */
class CustomTemplatesTest {
    private static final String VALUES = """
        sidecarInjectorWebhook:
          aliases: {both: [sidecar, volume]}
          templates:
            volume: |
              spec:
                containers:
                {{- range $index, $container := .Spec.Containers }}
                - name: {{ $container.Name }}
                  env: [{name: POD_OF, value: {{ valueOrDefault .DeploymentMeta.Name "nobody" | quote }}}]
                {{- end }}
                volumes:
                - name: extra
                  emptyDir: {}
            named: |
              metadata:
                annotations:
                  of: {{ .DeploymentMeta.Name }}.{{ .DeploymentMeta.Namespace }}
                  hub: {{ .Values.global.hub }}
                  asked: {{ annotation .ObjectMeta `shop/asked` "nothing" | quote }}
              spec:
                initContainers:
                - name: istio-proxy
                  env: [{name: MORE, value: "1"}]
        """;

    @Shows("annotation.inject.istio.io/templates")
    @Test
    void templatesAreMergedInTheOrderInWhichThePodNamesThem() {
        ObjectNode pod =
                injected(VALUES, "{}", pod("inject.istio.io/templates: 'sidecar, named', shop/asked: it", APPLICATION));
        assertThat(annotation(pod, "of")).isEqualTo("web.shop");
        assertThat(annotation(pod, "hub")).isEqualTo("lateen");
        assertThat(annotation(pod, "asked")).isEqualTo("it");
        assertThat(proxy(pod).path("env").toString()).contains("MORE").contains("CA_ADDR");
    }

    @Test
    void anAliasStandsForSeveral() {
        ObjectNode pod = injected(
                VALUES.replace("valueOrDefault .", "valueOrDefault $."),
                "{}",
                pod("inject.istio.io/templates: both", APPLICATION));
        assertThat(container(pod, "web").path("env").toString()).contains("\"value\":\"web\"");
        assertThat(pod.path("spec").path("volumes").toString()).contains("\"extra\"", "istio-token");
    }

    @Test
    void whatATemplateDoesNotUnderstandIsRefusedWhenItIsConfigured() {
        assertThatThrownBy(() -> InjectorConfig.of(HelmValues.defaults()
                        .with("values", "sidecarInjectorWebhook: {templates: {bad: '{{ lookup \"v1\" }}'}}")))
                .hasMessageContaining("template bad: line 1: function lookup is not understood (expected one of and, ");
    }

    @Test
    void aTemplateThatIsNotThereIsNamedWithThoseThatAre() {
        assertThatThrownBy(() -> injected("inject.istio.io/templates: nosuch"))
                .hasMessage("annotation inject.istio.io/templates: nosuch is no template"
                        + " (expected one of gateway, grpc-agent, grpc-simple, sidecar)");
    }

    @Test
    void aDirectiveReplacesWhatIsThere() {
        ObjectNode pod = injected(
                "sidecarInjectorWebhook: {defaultTemplates: [own], templates: {own: 'metadata: {labels: {$patch:"
                        + " replace, a: b}}'}}",
                "{}",
                pod("", APPLICATION));
        assertThat(pod.path("metadata").path("labels").toString()).isEqualTo("{\"a\":\"b\"}");
        assertThat(pod.path("spec").path("containers")).hasSize(1);
    }

    @Test
    void theInjectorsConfigMapBringsItsValuesTemplatesAndSelectors() {
        InjectorConfig config = InjectorConfig.of(HelmValues.defaults(), "cm", """
            kind: ConfigMap
            data:
              values: '{"global": {"network": "n1"}}'
              config: |
                policy: disabled
                defaultTemplates: [sidecar, extra]
                neverInjectSelector: [{matchLabels: {never: "1"}}]
                alwaysInjectSelector: [{matchExpressions: [{key: always, operator: Exists}]}]
                injectedAnnotations: {note: this}
                templates: {extra: 'metadata: {labels: {extra: "yes"}}'}
            """);
        assertThat(config.settings().identity().network()).isEqualTo("n1");
        assertThat(config.settings().injectedAnnotations()).containsEntry("note", "this");
        assertThat(config.policy().enabledByDefault()).isFalse();
        assertThat(config.policy().neverInject()).hasSize(1);
        assertThat(config.policy().alwaysInject()).hasSize(1);
        assertThat(config.templates().defaults()).containsExactly("sidecar", "extra");
        assertThatThrownBy(() -> InjectorConfig.of(HelmValues.defaults(), "cm", "policy: perhaps"))
                .hasMessage("cm: policy: perhaps (expected: enabled or disabled)");
    }
}
