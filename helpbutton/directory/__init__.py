"""Who helps where: municipalities, counties, organisations, services (desks), routes, topics, sites, help lines."""
