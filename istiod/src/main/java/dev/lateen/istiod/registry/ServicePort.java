package dev.lateen.istiod.registry;

/**
 * A port of a service.
 *
 * @param number what clients call
 * @param name unique within the service; may be empty when it is the only one
 * @param protocol what is spoken
 * @param target the port on the workload: a number, or the name of a container port
 */
public record ServicePort(int number, String name, Protocol protocol, String target) {

    /** The workload's port if it is given as a number, else the service's own. */
    public int targetNumber() {
        return isNumber(target) ? Integer.parseInt(target) : number;
    }

    static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
