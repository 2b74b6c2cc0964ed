{ users }: names: map (name: users.${name}) names
