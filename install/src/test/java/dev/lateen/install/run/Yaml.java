package dev.lateen.install.run;

import java.nio.file.Path;

/** Manifests for tests. */
final class Yaml {
    private Yaml() {}

    static Manifests read(String text) {
        Manifests manifests = new ManifestReader().read(Path.of("test.yaml"), text);
        if (!manifests.refusals().isEmpty()) {
            throw new IllegalArgumentException(manifests.refusals().toString());
        }
        return manifests;
    }

    static String deployment(String name, int replicas, String image) {
        return """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: %1$s}
            spec:
              replicas: %2$d
              selector: {matchLabels: {app: %1$s}}
              template:
                metadata: {labels: {app: %1$s, version: v1}}
                spec:
                  serviceAccountName: %1$s-account
                  containers:
                  - name: main
                    image: %3$s
                    ports: [{containerPort: 9080, name: http}]
            """.formatted(name, replicas, image);
    }
}
