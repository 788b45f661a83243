package dev.lateen.install.reach;

import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;

/** What the user of a kubeconfig may do, as the API server says. */
final class Rights {
    private Rights() {}

    /** Whether something may be done with a part of the resources of the core group in a namespace. */
    static boolean has(KubernetesClient client, String verb, String namespace, String resource, String part) {
        SelfSubjectAccessReview answer = client.resource(new SelfSubjectAccessReviewBuilder()
                        .withNewSpec()
                        .withNewResourceAttributes()
                        .withVerb(verb)
                        .withNamespace(namespace)
                        .withResource(resource)
                        .withSubresource(part)
                        .endResourceAttributes()
                        .endSpec()
                        .build())
                .create();
        return answer.getStatus() != null
                && Boolean.TRUE.equals(answer.getStatus().getAllowed());
    }
}
