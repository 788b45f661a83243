package dev.lateen.install.injection;

import dev.lateen.injector.RefusedPod;
import dev.lateen.istiod.kubernetes.connection.ApiServer;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in an Event why a pod can't be injected: on the controller that asked for it, or on its namespace if nobody did, for the pod itself doesn't exist. At a bounded
 * rate; whoever answers the API server doesn't wait for it.
 */
final class RefusalEvents implements Consumer<RefusedPod> {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalEvents.class);
    private static final int CONFLICT = 409;
    /** Kubernetes takes no longer one. */
    private static final int LONGEST = 1000;

    private final ApiServer server;
    private final LongSupplier nanos;
    private final RefusalPace pace = new RefusalPace();

    /** @param nanos a clock for durations */
    RefusalEvents(ApiServer server, LongSupplier nanos) {
        this.server = server;
        this.nanos = nanos;
    }

    @Override
    public void accept(RefusedPod refused) {
        ObjectReference about = about(refused);
        String what = about.getKind() + about.getUid() + about.getNamespace() + about.getName() + refused.reason();
        if (pace.tell(what, nanos.getAsLong())) {
            LOG.warn(
                    "{} {}/{}: a pod can't be injected: {}",
                    about.getKind(),
                    about.getNamespace(),
                    about.getName(),
                    refused.reason());
            Thread.ofVirtual().name("refusal event").start(() -> write(refused, about, what));
        }
    }

    private static ObjectReference about(RefusedPod refused) {
        RefusedPod.Controller owner = refused.owner();
        var about = new ObjectReferenceBuilder().withNamespace(refused.namespace());
        return owner == null
                ? about.withApiVersion("v1")
                        .withKind("Namespace")
                        .withName(refused.namespace())
                        .build()
                : about.withApiVersion(owner.apiVersion())
                        .withKind(owner.kind())
                        .withName(owner.name())
                        .withUid(owner.uid())
                        .build();
    }

    private void write(RefusedPod refused, ObjectReference about, String what) {
        String now = Clock.systemUTC().instant().truncatedTo(ChronoUnit.SECONDS).toString();
        String message = "a pod can't be injected: " + refused.reason();
        try {
            server.client()
                    .v1()
                    .events()
                    .inNamespace(refused.namespace())
                    .resource(new EventBuilder()
                            .withNewMetadata()
                            .withName(about.getName() + "." + Integer.toHexString(what.hashCode()))
                            .withNamespace(refused.namespace())
                            .endMetadata()
                            .withInvolvedObject(about)
                            .withType("Warning")
                            .withReason("InjectionRefused")
                            .withMessage(message.length() > LONGEST ? message.substring(0, LONGEST) : message)
                            .withNewSource()
                            .withComponent("sidecar-injector")
                            .endSource()
                            .withFirstTimestamp(now)
                            .withLastTimestamp(now)
                            .withCount(1)
                            .build())
                    .create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                LOG.warn("no Event can be written on {}: {}", about.getName(), server.sentence(e));
            }
        }
    }
}
