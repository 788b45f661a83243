package dev.lateen.injector;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an API server sends to which revision's webhook. */
class InjectionSelectorsTest {
    private static boolean isSent(
            List<InjectionSelectors.Webhook> webhooks, Map<String, String> namespace, Map<String, String> pod) {
        long sent = webhooks.stream()
                .filter(webhook -> holds(webhook.namespaces(), namespace) && holds(webhook.pods(), pod))
                .count();
        assertThat(sent).as("a pod is injected once").isLessThanOrEqualTo(1);
        return sent == 1;
    }

    private static boolean holds(LabelSelector selector, Map<String, String> labels) {
        for (LabelSelectorRequirement rule : selector.getMatchExpressions()) {
            String value = labels.get(rule.getKey());
            boolean listed = value != null && rule.getValues().contains(value);
            boolean holds = switch (rule.getOperator()) {
                case "In" -> listed;
                case "NotIn" -> !listed;
                default -> value == null;
            };
            if (!holds) {
                return false;
            }
        }
        return true;
    }

    private static Map<String, String> labels(String text) {
        return text.isEmpty() ? Map.of() : Map.of(text.split("=")[0], text.split("=")[1]);
    }

    @ParameterizedTest
    @CsvSource({
        "istio-injection=enabled,'',true,false",
        "istio-injection=enabled,sidecar.istio.io/inject=false,false,false",
        "istio-injection=disabled,sidecar.istio.io/inject=true,false,false",
        "istio.io/rev=canary,'',false,true",
        "istio.io/rev=default,'',true,false",
        "istio.io/rev=canary,sidecar.istio.io/inject=false,false,false",
        "'','',false,false",
        "'',sidecar.istio.io/inject=true,true,false",
        "'',istio.io/rev=canary,false,true"
    })
    void labelsChooseTheRevision(String namespace, String pod, boolean toDefault, boolean toCanary) {
        assertThat(isSent(InjectionSelectors.of("default", true, false), labels(namespace), labels(pod)))
                .isEqualTo(toDefault);
        assertThat(isSent(InjectionSelectors.of("canary", false, false), labels(namespace), labels(pod)))
                .isEqualTo(toCanary);
    }

    @ParameterizedTest
    @CsvSource({
        "kubernetes.io/metadata.name=shop,'',true",
        "kubernetes.io/metadata.name=kube-system,'',false",
        "istio-injection=disabled,'',false",
        "kubernetes.io/metadata.name=shop,sidecar.istio.io/inject=false,false"
    })
    void everywhereIsEverywhereButInKubernetesOwnNamespaces(String namespace, String pod, boolean sent) {
        assertThat(isSent(InjectionSelectors.of("default", true, true), labels(namespace), labels(pod)))
                .isEqualTo(sent);
    }
}
