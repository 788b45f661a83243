package dev.lateen.istiod.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.istiod.webhook.ValidationRegistration.State;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ValidationRegistrationTest {
    private final ApiServer server = new ApiServer();
    private String root = "root one";
    private final ValidationRegistration registration = new ValidationRegistration(server, () -> root);

    /** An API server in little. */
    private static final class ApiServer implements Registrations {
        private @Nullable ValidatingWebhookConfiguration stored = new ValidatingWebhookConfigurationBuilder()
                .withWebhooks(webhook("rev.validation.istio.io"), webhook("validation.istio.io"))
                .build();
        private boolean reaches;
        private int writes;
        private @Nullable KubernetesClientException fault;

        private static ValidatingWebhook webhook(String name) {
            return new ValidatingWebhookBuilder()
                    .withName(name)
                    .withFailurePolicy("Ignore")
                    .withNewClientConfig()
                    .withUrl("https://istiod/validate")
                    .endClientConfig()
                    .build();
        }

        @Override
        public List<ValidatingWebhookConfiguration> read() {
            if (fault != null) {
                throw fault;
            }
            return stored == null ? List.of() : List.of(stored);
        }

        @Override
        public void write(ValidatingWebhookConfiguration changed) {
            stored = changed;
            writes++;
        }

        @Override
        public boolean isHeard() {
            return reaches && bundles().stream().noneMatch(String::isEmpty);
        }

        List<String> policies() {
            return stored == null
                    ? List.of()
                    : stored.getWebhooks().stream()
                            .map(ValidatingWebhook::getFailurePolicy)
                            .toList();
        }

        List<String> bundles() {
            return stored == null
                    ? List.of()
                    : stored.getWebhooks().stream()
                            .map(webhook -> webhook.getClientConfig().getCaBundle())
                            .map(bundle -> bundle == null ? "" : decoded(bundle))
                            .toList();
        }

        private static String decoded(String bundle) {
            return new String(Base64.getDecoder().decode(bundle), StandardCharsets.UTF_8);
        }
    }

    @Test
    void theWebhookIsIgnoredUntilItIsHeardAndBindingFromThenOn() {
        assertThat(registration.update()).isEqualTo(State.NOT_HEARD);
        assertThat(server.bundles()).containsOnly("root one");
        assertThat(registration.update()).isEqualTo(State.NOT_HEARD);
        assertThat(server.policies()).containsOnly("Ignore");

        server.reaches = true;

        assertThat(registration.update()).isEqualTo(State.BINDING);
        assertThat(server.policies()).containsExactly("Fail", "Fail");
    }

    @Test
    void whatIsRightIsNotWrittenAgain() {
        server.reaches = true;
        registration.update();
        registration.update();
        int writes = server.writes;

        assertThat(registration.update()).isEqualTo(State.BINDING);
        assertThat(server.writes).isEqualTo(writes);
    }

    @Test
    void anotherRootIsWrittenAndTheWebhookStaysBinding() {
        server.reaches = true;
        registration.update();
        registration.update();
        root = "root two";

        registration.update();

        assertThat(server.bundles()).containsOnly("root two");
        assertThat(server.policies()).containsOnly("Fail");
    }

    @Test
    void withoutARegistrationNothingIsWritten() {
        server.stored = null;

        assertThat(registration.update()).isEqualTo(State.ABSENT);
        assertThat(server.writes).isZero();
    }

    @Test
    void anApiServerThatIsAwayIsAskedAgain() {
        List<Duration> rests = new ArrayList<>();
        server.fault = new KubernetesClientException("away");
        assertThatThrownBy(registration::update).hasMessage("away");

        registration.follow(time -> {
            rests.add(time);
            server.fault = null;
            server.reaches = true;
            if (rests.size() == 4) {
                throw new InterruptedException();
            }
        });

        assertThat(server.policies()).containsOnly("Fail");
        assertThat(rests).startsWith(Duration.ofSeconds(1)).endsWith(Duration.ofSeconds(30));
    }
}
