package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.istiod.Istiod;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** More objects than a page of a list holds, and all of them at once. */
class ClusterCrowdTest extends ClusterFixture {
    /** A page has 100. */
    private static final int MANY = 650;

    private static long known(Istiod istiod, String namespace) {
        return snapshot(istiod).registry().services().stream()
                .filter(service -> service.namespace().equals(namespace))
                .count();
    }

    private static void fill(String namespace) throws InterruptedException {
        Semaphore room = new Semaphore(16);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < MANY; i++) {
                int number = i;
                room.acquire();
                threads.submit(() -> {
                    try {
                        cluster.apply("""
                            apiVersion: v1
                            kind: Service
                            metadata: {name: one-%d, namespace: %s}
                            spec: {clusterIP: None, ports: [{port: 80, name: http}]}
                            """.formatted(number, namespace));
                    } finally {
                        room.release();
                    }
                });
            }
        }
    }

    @Test
    void aListOfSeveralPagesIsReadWholeAndANamespaceGoesWithAllOfItWhileOthersGoOn() throws Exception {
        String namespace = "crowd-" + ProcessHandle.current().pid() + "-" + System.nanoTime() % 1_000_000;
        cluster.namespace(namespace);
        fill(namespace);
        Istiod istiod = istiod(cluster.kubeconfig());
        assertThat(known(istiod, namespace)).isEqualTo(MANY);

        cluster.client().namespaces().withName(namespace).delete();
        for (int i = 1; i < 30; i++) {
            cluster.apply(slice("10.1.3." + i));
            assertThat(endpoints(istiod)).hasSize(1);
        }
        awaitEndpoints(istiod, "10.1.3.29:8080");
        Awaitility.await("all of it is gone").atMost(Patience.OF_A_START).until(() -> known(istiod, namespace) == 0);
        assertThat(endpoints(istiod)).containsExactly("10.1.3.29:8080");
    }
}
