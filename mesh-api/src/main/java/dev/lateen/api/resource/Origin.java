package dev.lateen.api.resource;

/** Where a resource was found. */
public sealed interface Origin {
    /** The file as the user named it, or the cluster; never empty. */
    String source();

    /** The line on which it begins, from 1; 0 if there are no lines. */
    int line();

    /**
     * In a file.
     *
     * @param source the file as the user named it, or what stands for it in messages; never empty
     * @param document the number of the YAML document in the file, from 1
     * @param line the line on which the document begins, from 1; 0 if there are no lines
     */
    record InFile(String source, int document, int line) implements Origin {
        @Override
        public String toString() {
            return line > 0 ? source + ":" + line : source;
        }
    }

    /**
     * In a cluster, as its API server tells of it.
     *
     * @param cluster the cluster's id
     * @param uid the object's {@code metadata.uid}: another one of the same name has another
     * @param generation {@code metadata.generation}, which counts changes of what is asked for; 0 if it has none
     * @param resourceVersion {@code metadata.resourceVersion}, which changes with every change; only good to be compared
     */
    record InCluster(String cluster, String uid, long generation, String resourceVersion) implements Origin {
        @Override
        public String source() {
            return "cluster " + cluster;
        }

        @Override
        public int line() {
            return 0;
        }

        @Override
        public String toString() {
            return source();
        }
    }
}
