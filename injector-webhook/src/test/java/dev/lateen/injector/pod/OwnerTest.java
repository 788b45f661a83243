package dev.lateen.injector.pod;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class OwnerTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static String owner(String labels, String version, String kind, String name) {
        return Owner.ofPod(JSON.readTree("""
            {"generateName": "x-", "labels": {%s},
             "ownerReferences": [{"apiVersion": "v1", "kind": "Other", "name": "o"},
              {"apiVersion": "%s", "kind": "%s", "name": "%s", "controller": true}]}
            """.formatted(labels, version, kind, name)), "shop")
                .reference();
    }

    @ParameterizedTest
    @CsvSource({
        "'\"pod-template-hash\": \"7f\"',apps/v1,ReplicaSet,a-7f,apps/v1/namespaces/shop/deployments/a",
        "'\"pod-template-hash\": \"7f\"',apps/v1,ReplicaSet,a-8,apps/v1/namespaces/shop/replicasets/a-8",
        "'\"rollouts-pod-template-hash\": \"7f\"',argoproj.io/v1,ReplicaSet,a-7f,v1alpha1/namespaces/shop/rollouts/a",
        "'\"deploymentconfig\": \"dc\"',v1,ReplicationController,dc-1,v1/namespaces/shop/deploymentconfigs/dc",
        "'',batch/v1,Job,nightly-28391040,batch/v1/namespaces/shop/cronjobs/nightly",
        "'',batch/v1,Job,once-12,batch/v1/namespaces/shop/jobs/once-12",
        "'',apps/v1,StatefulSet,db,apps/v1/namespaces/shop/statefulsets/db"
    })
    void aPodBelongsToWhatItsUserWrote(String labels, String version, String kind, String name, String expected) {
        assertThat(owner(labels, version, kind, name)).isEqualTo("kubernetes://apis/" + expected);
    }

    @Test
    void aPodWhoseNameWasNotGeneratedIsItsOwn() {
        assertThat(Owner.ofPod(JSON.readTree("{\"name\": \"solo\"}"), "").reference())
                .isEqualTo("kubernetes://apis/v1/namespaces/default/pods/solo");
    }
}
