package dev.poolswitch.clients;

/** A chat request for libraries that know nothing of chats. */
final class Question {

    private Question() {}

    static String json(boolean stream) {
        return "{\"model\":\"fake-large\",\"stream\":" + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
    }
}
