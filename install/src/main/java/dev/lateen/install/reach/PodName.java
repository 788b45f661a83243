package dev.lateen.install.reach;

import dev.lateen.install.failure.CommandFailure;
import java.util.List;
import java.util.Locale;

/**
 * Whom a user means, in istioctl's ways: {@code POD}, {@code POD.NAMESPACE}, {@code TYPE/NAME} or {@code TYPE/NAME.NAMESPACE}.
 *
 * @param kind what has the name
 * @param name without the namespace
 * @param namespace its own, or that which the caller said holds without
 */
record PodName(Kind kind, String name, String namespace) {
    /** What a pod is named by. */
    enum Kind {
        POD("pod", "pods", "po"),
        DEPLOYMENT("deployment", "deployments", "deploy"),
        REPLICA_SET("replicaset", "replicasets", "rs"),
        STATEFUL_SET("statefulset", "statefulsets", "sts"),
        DAEMON_SET("daemonset", "daemonsets", "ds"),
        JOB("job", "jobs"),
        SERVICE("service", "services", "svc");

        @SuppressWarnings("ImmutableEnumChecker") // what List.of gives is
        private final List<String> words;

        Kind(String... words) {
            this.words = List.of(words);
        }

        /** The word that messages use. */
        String word() {
            return words.getFirst();
        }

        private static Kind of(String word) {
            // kubectl takes deployments.apps and deployment.v1.apps too.
            int group = word.indexOf('.');
            String bare = (group < 0 ? word : word.substring(0, group)).toLowerCase(Locale.ROOT);
            for (Kind kind : values()) {
                if (kind.words.contains(bare)) {
                    return kind;
                }
            }
            List<String> known = List.of(values()).stream().map(Kind::word).toList();
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT,
                    word + ": no type that has pods (expected: " + String.join(", ", known) + ")");
        }
    }

    /**
     * Reads it.
     *
     * @param otherwise the namespace of a name without one
     * @throws CommandFailure for a type that is unknown, or an empty name
     */
    static PodName of(String given, String otherwise) {
        int slash = given.indexOf('/');
        Kind kind = slash < 0 ? Kind.POD : Kind.of(given.substring(0, slash));
        String name = given.substring(slash + 1);
        int dot = name.lastIndexOf('.');
        String own = dot < 0 ? name : name.substring(0, dot);
        String namespace = dot < 0 ? otherwise : name.substring(dot + 1);
        if (own.isEmpty() || namespace.isEmpty() || own.indexOf('/') >= 0) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT,
                    "'" + given + "' names no pod (expected: POD, POD.NAMESPACE, TYPE/NAME or TYPE/NAME.NAMESPACE)");
        }
        return new PodName(kind, own, namespace);
    }

    @Override
    public String toString() {
        return kind.word() + " " + name + " in namespace " + namespace;
    }
}
